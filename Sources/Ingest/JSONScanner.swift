/// Walks over a JSON text; every method moves past what it names, or answers false.
struct JSONScanner {
    /// What a nesting level is closed by.
    private enum Container {
        case array
        case object
    }

    let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var containers: [Container] = []

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func isDocument() -> Bool {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        repeat {
            skipWhitespace()
            guard startsValue() else { return false }
        } while moreFollows()
        return containers.isEmpty && position == bytes.count
    }

    /// A scalar or an empty container in whole, or the opening of a container up to its first value.
    ///
    /// An opening leaves the scanner before a value, as a comma does; so it loops here until a value is complete.
    private mutating func startsValue() -> Bool {
        while true {
            switch current {
            case UInt8(ascii: "{"):
                guard opens(.object) else { return false }
                if skip("}") { return true }
                containers.append(.object)
                guard isName() else { return false }
            case UInt8(ascii: "["):
                guard opens(.array) else { return false }
                if skip("]") { return true }
                containers.append(.array)
            case UInt8(ascii: "\""): return isString()
            case UInt8(ascii: "t"): return isLiteral("true")
            case UInt8(ascii: "f"): return isLiteral("false")
            case UInt8(ascii: "n"): return isLiteral("null")
            default: return isNumber()
            }
        }
    }

    /// Whether, after a complete value, a comma asks for another; closing brackets on the way are passed.
    private mutating func moreFollows() -> Bool {
        while true {
            skipWhitespace()
            switch containers.last {
            case nil: return false
            case .array:
                if skip(",") { return true }
                guard skip("]") else { return false }
            case .object:
                if skip(",") {
                    skipWhitespace()
                    return isName()
                }
                guard skip("}") else { return false }
            }
            containers.removeLast()
        }
    }

    /// The bracket and the white space after it.
    private mutating func opens(_ container: Container) -> Bool {
        guard containers.count < JSONWellFormedness.maxDepth else { return false }
        position += 1
        skipWhitespace()
        return true
    }

    /// A member's name, its colon, and the white space after it.
    private mutating func isName() -> Bool {
        guard isString() else { return false }
        skipWhitespace()
        guard skip(":") else { return false }
        skipWhitespace()
        return true
    }

    private mutating func isString() -> Bool {
        guard skip("\"") else { return false }
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return true
            case UInt8(ascii: "\\"):
                guard isEscape() else { return false }
            case 0x20..<0x80: position += 1
            case 0x80...: guard isMultiByteScalar(lead: byte) else { return false }
            default: return false
            }
        }
        return false
    }

    private mutating func isEscape() -> Bool {
        position += 1
        guard let byte = current else { return false }
        position += 1
        switch byte {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = current, Self.isHexadecimal(digit) else { return false }
                position += 1
            }
            return true
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        default: return false
        }
    }

    /// One scalar of two to four bytes: the table of well-formed sequences in the Unicode standard (3-7).
    private mutating func isMultiByteScalar(lead: UInt8) -> Bool {
        let second: ClosedRange<UInt8>
        let count: Int
        switch lead {
        case 0xC2...0xDF: (second, count) = (0x80...0xBF, 2)
        case 0xE0: (second, count) = (0xA0...0xBF, 3)
        case 0xED: (second, count) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, count) = (0x80...0xBF, 3)
        case 0xF0: (second, count) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, count) = (0x80...0xBF, 4)
        case 0xF4: (second, count) = (0x80...0x8F, 4)
        default: return false
        }
        guard position + count <= bytes.count, second.contains(bytes[position + 1]) else { return false }
        for index in position + 2..<max(position + 2, position + count) {
            guard bytes[index] & 0xC0 == 0x80 else { return false }
        }
        position += count
        return true
    }

    private mutating func isNumber() -> Bool {
        _ = skip("-")
        if !skip("0") {
            guard skipDigits() else { return false }
        }
        if skip(".") {
            guard skipDigits() else { return false }
        }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            guard skipDigits() else { return false }
        }
        return true
    }

    private mutating func isLiteral(_ literal: String) -> Bool {
        let end = position + literal.utf8.count
        guard end <= bytes.count else { return false }
        guard bytes[position..<end].elementsEqual(literal.utf8) else { return false }
        position = end
        return true
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

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
