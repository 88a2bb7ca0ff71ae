import Foundation

/// Parses JSON from anyone: in one pass, with a bound on its own stack, and without giving up more than it must.
///
/// Foundation's parser refuses a whole body for one lone surrogate, turns long ids into floating-point numbers, and leaves
/// open which of two members with one name counts. Here:
/// - A lone surrogate becomes U+FFFD.
/// - Numbers keep their digits.
/// - Of two members with one name the last counts.
/// - What lies deeper than 64 levels is passed over and read as null; nothing that we look for is so deep.
///
/// Otherwise the grammar is RFC 8259's, in valid UTF-8, with or without a byte order mark.
struct JSONReader {
    static let maxDepth = 64

    private let bytes: [UInt8]
    private var position = 0

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The one value in `data`; nil when it is not JSON.
    static func value(of data: Data) -> JSONValue? {
        var reader = JSONReader(bytes: Array(data))
        reader.skipWhitespace()
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipWhitespace()
        return reader.position == reader.bytes.count ? value : nil
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func value(depth: Int) -> JSONValue? {
        switch current {
        case UInt8(ascii: "{"): depth < Self.maxDepth ? object(depth: depth) : passedOver()
        case UInt8(ascii: "["): depth < Self.maxDepth ? array(depth: depth) : passedOver()
        case UInt8(ascii: "\""): string().map(JSONValue.string)
        case UInt8(ascii: "t"): skip(word: "true") ? .bool(true) : nil
        case UInt8(ascii: "f"): skip(word: "false") ? .bool(false) : nil
        case UInt8(ascii: "n"): skip(word: "null") ? .null : nil
        default: number()
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        position += 1
        var members: [String: JSONValue] = [:]
        skipWhitespace()
        if skip("}") { return .object(members) }
        repeat {
            skipWhitespace()
            guard let name = string() else { return nil }
            skipWhitespace()
            guard skip(":") else { return nil }
            skipWhitespace()
            guard let value = value(depth: depth + 1) else { return nil }
            members[name] = value
            skipWhitespace()
        } while skip(",")
        return skip("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        position += 1
        var values: [JSONValue] = []
        skipWhitespace()
        if skip("]") { return .array(values) }
        repeat {
            skipWhitespace()
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
            skipWhitespace()
        } while skip(",")
        return skip("]") ? .array(values) : nil
    }

    /// Moves past a container by counting brackets, which needs no stack.
    private mutating func passedOver() -> JSONValue? {
        var open = 0
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
            default: break
            }
            position += 1
            if open == 0 { return .null }
        }
        return nil
    }

    private mutating func number() -> JSONValue? {
        let start = position
        _ = skip("-")
        if !skip("0") {
            guard skipDigits() else { return nil }
        }
        if skip(".") {
            guard skipDigits() else { return nil }
        }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            guard skipDigits() else { return nil }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func string() -> String? {
        guard skip("\"") else { return nil }
        var start = position
        var decoded: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                decoded += bytes[start..<position]
                position += 1
                return String(validating: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"):
                decoded += bytes[start..<position]
                position += 1
                guard let scalar = escape() else { return nil }
                decoded += Array(String(scalar).utf8)
                start = position
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = current else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = hexadecimalUnit() else { return nil }
            return scalar(startingWith: unit)
        default: return nil
        }
    }

    private mutating func scalar(startingWith unit: UInt16) -> Unicode.Scalar {
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let next = position
        if UTF16.isLeadSurrogate(unit), skip("\\"), skip("u"), let trail = hexadecimalUnit(),
            UTF16.isTrailSurrogate(trail)
        {
            return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
        }
        position = next
        return "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() -> UInt16? {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// At least one digit.
    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position > start
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skip(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }
}
