import Foundation
import Model

/// Any JSON, for bodies whose shapes can't be relied on.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as it was written: an id with twenty digits must not go through a floating-point value.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member named `key`; nil when this is no object or has none such.
    ///
    /// A member that is null is `.null`.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// A string or number as clean text; nil for anything else, and for text that is empty.
    var text: String? {
        switch self {
        case .string(let value): value.cleaned
        case .number(let value): value
        case .null, .bool, .array, .object: nil
        }
    }

    /// A string, number or truth value as text.
    var scalar: String? {
        if case .bool(let value) = self { return value ? "true" : "false" }
        return text
    }

    /// The elements of an array, and of an object (which PHP makes of a sparse array) its values; nil for scalars.
    var elements: [JSONValue]? {
        switch self {
        case .array(let values): values
        case .object(let members): members.sorted { $0.key < $1.key }.map(\.value)
        case .null, .bool, .number, .string: nil
        }
    }

    var isObject: Bool {
        if case .object = self { true } else { false }
    }

    var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }

    /// Whether it says nothing: null, `[]` or `{}`.
    var isEmpty: Bool {
        switch self {
        case .null: true
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number, .string: false
        }
    }

    /// The text of the first of `keys` that has one.
    func text(_ keys: String...) -> String? {
        keys.lazy.compactMap { self[$0]?.text }.first
    }
}

extension String {
    /// The text without NUL characters and without white space at its ends; nil when nothing is left.
    ///
    /// SQLite's JSON functions stop at a NUL, and no name or id means to have one.
    var cleaned: String? {
        let text = utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.filter { $0.value != 0 })) : self
        let trimmed = text.trimmingWhitespace()
        return trimmed.isEmpty ? nil : trimmed
    }
}
