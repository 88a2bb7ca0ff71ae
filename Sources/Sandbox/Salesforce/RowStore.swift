/// One record of the emulated org.
package struct SalesforceRow: Sendable {
    /// The 18-character id.
    package var id: String
    /// The object's API name.
    package var object: String
    /// Values by API name; a missing one is null.
    package var values: [String: JSON]

    /// The value of a field, null where there is none.
    package subscript(field: String) -> JSON {
        get { values[field] ?? .null }
        set { values[field] = newValue }
    }

    /// Whether it lies in the recycle bin.
    package var isDeleted: Bool { self["IsDeleted"] == .bool(true) }
}

/// The records of the org, with an index of the fields that lookups go by.
struct RowStore: Sendable {
    private var rows: [String: SalesforceRow] = [:]
    /// Ids by object, in order of creation.
    private var order: [String: [String]] = [:]
    /// Ids by `Object.Field=value`, in order of creation; values without regard to case.
    private var index: [String: [String]] = [:]
    private var numbers: [String: Int] = [:]

    /// A new id with this prefix.
    mutating func freshID(prefix: String) -> String {
        numbers[prefix, default: 0] += 1
        return RecordID.make(prefix: prefix, number: numbers[prefix, default: 1])
    }

    /// The record with this 18-character id, deleted ones included.
    subscript(id: String) -> SalesforceRow? { rows[id] }

    /// All records of an object in order of creation, deleted ones included.
    func all(_ object: String) -> [SalesforceRow] {
        order[object, default: []].compactMap { rows[$0] }
    }

    /// The records whose indexed field has this value without regard to case, deleted ones included.
    func find(_ object: String, _ field: String, _ value: String) -> [SalesforceRow] {
        index[Self.key(object, field, value), default: []].compactMap { rows[$0] }
    }

    /// Adds a record or replaces the one with its id.
    mutating func put(_ row: SalesforceRow, _ description: ObjectDescription) {
        let before = rows[row.id]
        if before == nil { order[row.object, default: []].append(row.id) }
        for field in description.fields where field.isIndexed {
            let old = before?[field.name].string
            let new = row[field.name].string
            guard old != new else { continue }
            if let old { index[Self.key(row.object, field.name, old)]?.removeAll { $0 == row.id } }
            if let new { index[Self.key(row.object, field.name, new), default: []].append(row.id) }
        }
        rows[row.id] = row
    }

    private static func key(_ object: String, _ field: String, _ value: String) -> String {
        "\(object).\(field)=\(value.lowercased())"
    }
}
