package import Model

/// One row of a query.
package struct SalesforceRow: Hashable, Sendable {
    /// `Lead`, `Contact`, …; nil for an aggregate without a type.
    package var type: String?
    /// Values by name; the fields of a parent are flattened to `Owner.Name`, sub-selects are left out.
    package var fields: [String: FieldValue]

    package init(type: String?, fields: [String: FieldValue]) {
        self.type = type
        self.fields = fields
    }

    /// `Id`; nil where it was not asked for.
    package var id: String? { fields["Id"]?.string }

    /// The row as a record of `object`; nil without an `Id`.
    package func record(_ object: SalesforceObject) -> SalesforceRecord? {
        id.map { SalesforceRecord(object: object, id: $0, fields: fields) }
    }
}

extension SalesforceRow: Decodable {
    package init(from decoder: any Decoder) throws {
        self.init(type: nil, fields: [:])
        try read(decoder.container(keyedBy: FieldKey.self), prefix: "")
    }

    private mutating func read(_ container: KeyedDecodingContainer<FieldKey>, prefix: String) throws {
        for key in container.allKeys {
            if key.stringValue == "attributes" {
                guard prefix.isEmpty else { continue }
                type = try? container.nestedContainer(keyedBy: FieldKey.self, forKey: key)
                    .decode(String.self, forKey: FieldKey(stringValue: "type"))
            } else if let value = try? container.decode(FieldValue.self, forKey: key) {
                fields[prefix + key.stringValue] = value
            } else if let parent = try? container.nestedContainer(keyedBy: FieldKey.self, forKey: key),
                !parent.contains(FieldKey(stringValue: "records"))
            {
                try read(parent, prefix: "\(prefix)\(key.stringValue).")
            }
        }
    }
}
