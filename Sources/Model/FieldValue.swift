/// A value of a Salesforce field, as it goes into and comes out of JSON.
package enum FieldValue: Hashable, Sendable {
    case string(String)
    case bool(Bool)
    case number(Double)
    /// Clears the field when it is sent; Salesforce's word for an empty field when it is read.
    case null

    /// The text, when it is text.
    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The truth value, when it is one.
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// Whether the field counts as empty: null, or text of nothing but white space.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let value): value.allSatisfy(\.isWhitespace)
        case .bool, .number: false
        }
    }
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }
}

extension FieldValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) {
                try container.encode(whole)
            } else {
                try container.encode(value)
            }
        case .null: try container.encodeNil()
        }
    }
}
