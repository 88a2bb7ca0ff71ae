/// A JSON value whose objects keep the order of their members.
///
/// Both emulated APIs answer in a fixed member order, and people compare answers by eye and by byte; Foundation's coders
/// promise neither the order nor the difference between `8` and `8.0`, which Salesforce makes.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([JSONMember])

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

    /// The number, when it is a whole one.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The number, when it is one.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The elements, when it is an array.
    package var array: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members in their order, when it is an object.
    package var members: [JSONMember]? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// Whether it is JSON's null.
    package var isNull: Bool { self == .null }

    /// The value of the first member with this name; nil where there is none or this is no object.
    package subscript(name: String) -> JSON? {
        members?.first { $0.name == name }?.value
    }

    /// The element at this place; nil where there is none or this is no array.
    package subscript(index: Int) -> JSON? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

/// One name and value of a JSON object.
package struct JSONMember: Hashable, Sendable {
    package var name: String
    package var value: JSON

    package init(_ name: String, _ value: JSON) {
        self.name = name
        self.value = value
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}

extension JSON {
    /// Text, or null where there is none.
    package init(_ value: String?) {
        self = value.map(JSON.string) ?? .null
    }
}
