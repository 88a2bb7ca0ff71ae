import Foundation
import Model
import NIOHTTP1

/// The body of a composite.
struct CompositeRequest: Encodable, Sendable {
    struct Part: Encodable, Sendable {
        let method: String
        let url: String
        let referenceId: String
        let httpHeaders: [String: String]?
        let body: Body?
    }

    enum Body: Encodable, Sendable {
        case fields([String: FieldValue])
        case rows(CollectionBody)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .fields(let fields): try fields.encode(to: encoder)
            case .rows(let rows): try rows.encode(to: encoder)
            }
        }

        /// Whether Salesforce would take something in a value for a reference to another part's answer.
        var holdsReference: Bool {
            switch self {
            case .fields(let fields): fields.values.contains(where: \.holdsReference)
            case .rows(let rows):
                rows.records.contains {
                    $0.fields.values.contains(where: \.holdsReference) || $0.key?.value.contains("@{") == true
                }
            }
        }
    }

    /// A part that fails leaves the others be.
    let allOrNone = false
    /// The parts in the order in which they are carried out.
    let compositeRequest: [Part]

    /// - Parameters:
    ///   - operations: What to ask and write, in this order.
    ///   - root: The path up to the API version, with a slash at its end.
    init(_ operations: [CompositeOperation], root: String) {
        compositeRequest = operations.enumerated().map { index, operation in
            Part(operation, reference: Self.reference(index), root: root)
        }
    }

    /// The name of the part at this place.
    static func reference(_ index: Int) -> String { "part\(index)" }
}

extension CompositeRequest.Part {
    fileprivate init(_ operation: CompositeOperation, reference: String, root: String) {
        func path(_ segments: [String]) -> String {
            root + segments.map(\.percentEncoded).joined(separator: "/")
        }
        func without(_ names: Set<String>, _ fields: [String: FieldValue]) -> CompositeRequest.Body {
            .fields(fields.filter { !names.contains($0.key.lowercased()) })
        }
        let method: String
        let url: String
        var headers: WriteOptions?
        var body: CompositeRequest.Body?
        switch operation {
        case .query(let soql): (method, url) = ("GET", path(["query"]) + "?q=" + soql.percentEncoded)
        case .upsert(let object, let field, let value, let fields, let options):
            let address = path(["sobjects", object.rawValue, field, value])
            (method, url) = ("PATCH", address + (options.updateOnly ? "?updateOnly=true" : ""))
            (headers, body) = (options, without(["id", field.lowercased()], fields))
        case .update(let object, let id, let fields, let options):
            (method, url) = ("PATCH", path(["sobjects", object.rawValue, id]))
            (headers, body) = (options, without(["id"], fields))
        case .create(let object, let fields, let options):
            (method, url) = ("POST", path(["sobjects", object.rawValue]))
            (headers, body) = (options, without(["id"], fields))
        case .upsertRows(_, _, _, let options), .updateRows(_, _, let options), .createRows(_, _, let options):
            let request = operation.collection
            (method, url) = (request?.method.rawValue ?? "", path(request?.segments ?? []))
            (headers, body) = (options, request.map { .rows($0.body) })
        }
        let pairs = headers.map(\.headers) ?? []
        self.init(
            method: method,
            url: url,
            referenceId: reference,
            httpHeaders: pairs.isEmpty ? nil : Dictionary(pairs) { first, _ in first },
            body: body
        )
    }
}

extension FieldValue {
    fileprivate var holdsReference: Bool { string?.contains("@{") ?? false }
}
