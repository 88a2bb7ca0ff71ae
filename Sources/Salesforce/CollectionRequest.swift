import Foundation
import Model
import NIOHTTP1

/// A write of many rows of one object: what is sent, and what the answer says of each row.
struct CollectionRequest: Sendable {
    enum Kind: Hashable, Sendable {
        case upsert(externalID: String)
        case update
        case create
    }

    let object: SalesforceObject
    let kind: Kind
    /// In the caller's order; nil stands for a row without key or id, which is not sent.
    private let records: [CollectionRecord?]

    /// - Parameters:
    ///   - object: The rows' object.
    ///   - externalID: The field that holds each row's key.
    ///   - rows: The rows; the key goes into the record, as a batch demands.
    init(upserting object: SalesforceObject, externalID: String, rows: [UpsertRow]) {
        self.object = object
        kind = .upsert(externalID: externalID)
        records = rows.map { row in
            guard !row.key.isEmpty else { return nil }
            let fields = row.fields.removing(["id", externalID.lowercased()])
            return CollectionRecord(type: object.rawValue, fields: fields, key: (externalID, row.key))
        }
    }

    /// - Parameters:
    ///   - object: The rows' object.
    ///   - rows: The rows.
    init(updating object: SalesforceObject, rows: [UpdateRow]) {
        self.object = object
        kind = .update
        records = rows.map { row in
            guard !row.id.isEmpty else { return nil }
            return CollectionRecord(type: object.rawValue, fields: row.fields.removing(["id"]), key: ("id", row.id))
        }
    }

    /// - Parameters:
    ///   - object: The rows' object.
    ///   - rows: The rows.
    init(creating object: SalesforceObject, rows: [[String: FieldValue]]) {
        self.object = object
        kind = .create
        records = rows.map {
            CollectionRecord(type: object.rawValue, fields: $0.removing(["id"]), key: nil)
        }
    }

    var method: HTTPMethod { kind == .create ? .POST : .PATCH }

    /// Whether sending the same again is harmless.
    var isRepeatable: Bool { kind != .create }

    /// The path below the API version.
    var segments: [String] {
        switch kind {
        case .upsert(let field): ["composite", "sobjects", object.rawValue, field]
        case .update, .create: ["composite", "sobjects"]
        }
    }

    /// What is sent; a row without key or id is not in it.
    var body: CollectionBody { CollectionBody(allOrNone: false, records: records.compactMap(\.self)) }

    /// The result of each row in the caller's order; nil unless there is one for each row that was sent.
    func results(_ answered: [SavedRow]) -> [RowResult]? {
        guard answered.count == body.records.count else { return nil }
        var rest = answered[...]
        return records.map { record in
            guard record != nil, let row = rest.popFirst() else {
                return .failure(.unsendable("MALFORMED_ID", "The row has neither key nor id"))
            }
            return row.result(kind)
        }
    }
}

/// The body of a write of many rows.
struct CollectionBody: Encodable, Sendable {
    let allOrNone: Bool
    let records: [CollectionRecord]
}

/// One record of such a body.
struct CollectionRecord: Encodable, Sendable {
    let type: String
    let fields: [String: FieldValue]
    /// The external id or `id`, which a batch wants inside the record.
    let key: (name: String, value: String)?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FieldKey.self)
        try container.encode(["type": type], forKey: FieldKey(stringValue: "attributes"))
        if let key { try container.encode(key.value, forKey: FieldKey(stringValue: key.name)) }
        for (name, value) in fields { try container.encode(value, forKey: FieldKey(stringValue: name)) }
    }
}

extension [String: FieldValue] {
    /// The fields without those of these lower-case names, nor what Salesforce keeps to itself.
    fileprivate func removing(_ names: Set<String>) -> [String: FieldValue] {
        filter { !names.contains($0.key.lowercased()) && $0.key.lowercased() != "attributes" }
    }
}
