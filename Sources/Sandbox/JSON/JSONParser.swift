/// A strict JSON reader (RFC 8259) that knows where it is.
package struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private static let maximumDepth = 200

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads one value and nothing after it but white space.
    package static func parse(_ bytes: [UInt8]) throws(JSONParseError) -> JSON {
        var parser = JSONParser(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw parser.error("Invalid UTF-8") }
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.unexpected("expected end of input") }
        return value
    }

    /// Reads one value of a text.
    package static func parse(_ text: String) throws(JSONParseError) -> JSON {
        try parse(Array(text.utf8))
    }

    private mutating func value() throws(JSONParseError) -> JSON {
        skipSpace()
        guard let byte = peek() else { throw error("Unexpected end-of-input") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("expected a valid value (number, String, array, object, 'true', 'false' or 'null')")
        }
    }

    private mutating func object() throws(JSONParseError) -> JSON {
        try enter()
        defer { depth -= 1 }
        var members: [JSONMember] = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else {
                throw unexpected("was expecting double-quote to start field name")
            }
            let name = try string()
            skipSpace()
            guard take(":") else { throw unexpected("was expecting a colon to separate field name and value") }
            members.append(JSONMember(name, try value()))
            skipSpace()
        } while take(",")
        guard take("}") else { throw unexpected("was expecting comma to separate OBJECT entries") }
        return .object(members)
    }

    private mutating func array() throws(JSONParseError) -> JSON {
        try enter()
        defer { depth -= 1 }
        var elements: [JSON] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(",")
        guard take("]") else { throw unexpected("was expecting comma to separate ARRAY entries") }
        return .array(elements)
    }

    private mutating func string() throws(JSONParseError) -> String {
        position += 1
        var scalars: [UInt8] = []
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: scalars, as: UTF8.self)
            case UInt8(ascii: "\\"): scalars.append(contentsOf: try escape())
            case 0..<0x20: throw error("Illegal unquoted character ((CTRL-CHAR, code \(byte)))")
            default: scalars.append(byte)
            }
        }
        throw error("Unexpected end-of-input in a String value")
    }

    private mutating func escape() throws(JSONParseError) -> [UInt8] {
        guard let byte = peek() else { throw error("Unexpected end-of-input in character escape sequence") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("Unrecognized character escape '\(Character(Unicode.Scalar(byte)))' (code \(byte))")
        }
    }

    private mutating func unicodeEscape() throws(JSONParseError) -> [UInt8] {
        let first = try hexadecimal()
        var code = UInt32(first)
        if (0xD800..<0xDC00).contains(first) {
            guard take("\\"), take("u") else { throw error("Incomplete surrogate pair") }
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second) else { throw error("Broken surrogate pair") }
            code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("Broken surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(JSONParseError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let value = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw error("Unexpected character: expected a hex-digit for character escape sequence") }
        position += 4
        return value
    }

    private mutating func number() throws(JSONParseError) -> JSON {
        let start = position
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { throw unexpected("expected digit (0-9) to follow minus sign") }
        }
        var isWhole = true
        if take(".") {
            isWhole = false
            guard digits() > 0 else { throw unexpected("Decimal point not followed by a digit") }
        }
        if take("e") || take("E") {
            isWhole = false
            _ = take("+") || take("-")
            guard digits() > 0 else { throw unexpected("Exponent indicator not followed by a digit") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text) else { throw error("Malformed numeric value") }
        return .double(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONParseError) -> JSON {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, String(decoding: bytes[position..<end], as: UTF8.self) == "\(text)" else {
            throw error("Unrecognized token: was expecting ('true', 'false' or 'null')")
        }
        position = end
        return value
    }

    private mutating func enter() throws(JSONParseError) {
        position += 1
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("JSON is nested too deeply") }
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private func unexpected(_ reason: String) -> JSONParseError {
        guard let byte = peek() else { return error("Unexpected end-of-input") }
        return error("Unexpected character ('\(Character(Unicode.Scalar(byte)))' (code \(byte))): \(reason)")
    }

    private func error(_ reason: String) -> JSONParseError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return JSONParseError(reason: reason, line: line, column: column)
    }
}
