/// One system call as `strace` told it.
struct SystemCall: Sendable {
    enum Argument: Hashable, Sendable {
        case number(Int)
        /// A string, or the strings of a list one after the other.
        case bytes([UInt8])
        /// Flags and the like.
        case symbol(String)
    }

    /// What can't be read in a line.
    struct Unreadable: Error, CustomStringConvertible {
        var line: String
        var description: String { "strace wrote what this reader does not know: \(line)" }
    }

    var name: String
    var arguments: [Argument]
    /// What it returned; nil while it has not, or where it never did.
    var result: Int?

    /// The argument at that place as a number, such as a descriptor.
    func number(_ place: Int) -> Int? {
        guard place < arguments.count, case .number(let number) = arguments[place] else { return nil }
        return number
    }

    func bytes(_ place: Int) -> [UInt8]? {
        guard place < arguments.count, case .bytes(let bytes) = arguments[place] else { return nil }
        return bytes
    }

    func text(_ place: Int) -> String? {
        bytes(place).map { String(decoding: $0, as: UTF8.self) }
    }

    func symbol(_ place: Int) -> String {
        guard place < arguments.count, case .symbol(let symbol) = arguments[place] else { return "" }
        return symbol
    }
}

extension SystemCall {
    /// Reads `name(arguments) = result`; a call that has not returned ends after its arguments.
    init(_ line: UnsafeBufferPointer<UInt8>) throws {
        guard let start = line.baseAddress, let parenthesis = line.firstIndex(of: UInt8(ascii: "(")) else {
            throw Unreadable(line: String(decoding: line.prefix(200), as: UTF8.self))
        }
        name = String(decoding: line[..<parenthesis], as: UTF8.self)
        var scanner = SystemCallScanner(start: start, position: parenthesis + 1, end: line.count)
        do {
            arguments = try scanner.arguments()
            result = scanner.result()
        } catch {
            throw Unreadable(line: String(decoding: line.prefix(200), as: UTF8.self))
        }
    }
}

/// Reads the arguments of a call byte by byte, on bare pointers: traces have tens of megabytes, and tests are not optimised.
private struct SystemCallScanner {
    private struct Truncated: Error {}

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    let start: UnsafePointer<UInt8>
    var position: Int
    let end: Int

    mutating func arguments() throws -> [SystemCall.Argument] {
        var arguments: [SystemCall.Argument] = []
        while position < end {
            switch start[position] {
            case UInt8(ascii: " "), UInt8(ascii: ","):
                position += 1
            case UInt8(ascii: ")"):
                position += 1
                return arguments
            case Self.quote:
                arguments.append(.bytes(try string()))
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                arguments.append(.bytes(try list()))
            default:
                let word = self.word()
                arguments.append(Int(word).map { .number($0) } ?? .symbol(word))
            }
        }
        return arguments
    }

    /// What stands behind `=`.
    mutating func result() -> Int? {
        let rest = String(decoding: UnsafeBufferPointer(start: start + position, count: end - position), as: UTF8.self)
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        return rest[equals...].dropFirst().split(separator: " ").first.flatMap { Int($0) }
    }

    private mutating func word() -> String {
        let first = position
        var depth = 0
        while position < end {
            let byte = start[position]
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                if depth == 0 { break }
                depth -= 1
            }
            if byte == UInt8(ascii: ","), depth == 0 { break }
            position += 1
        }
        return String(decoding: UnsafeBufferPointer(start: start + first, count: position - first), as: UTF8.self)
    }

    /// All strings between brackets, nested ones too.
    private mutating func list() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var depth = 0
        while position < end {
            switch start[position] {
            case Self.quote:
                bytes += try string()
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { break }
        }
        return bytes
    }

    /// A literal as C writes it; `strace` uses octal digits, as few as the next byte allows.
    private mutating func string() throws -> [UInt8] {
        position += 1
        let first = position
        let end = end
        let start = start
        var next = position
        let bytes = [UInt8](unsafeUninitializedCapacity: end - first) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            var length = 0
            while next < end {
                var byte = start[next]
                next += 1
                if byte == Self.quote { break }
                if byte == Self.backslash, next < end {
                    byte = start[next]
                    next += 1
                    switch byte {
                    case UInt8(ascii: "n"): byte = 10
                    case UInt8(ascii: "t"): byte = 9
                    case UInt8(ascii: "r"): byte = 13
                    case UInt8(ascii: "v"): byte = 11
                    case UInt8(ascii: "f"): byte = 12
                    case 48...55:
                        var value = byte &- 48
                        var digits = 1
                        while digits < 3, next < end, start[next] >= 48, start[next] <= 55 {
                            value = value &* 8 &+ (start[next] &- 48)
                            next += 1
                            digits += 1
                        }
                        byte = value
                    default: break
                    }
                }
                output[length] = byte
                length += 1
            }
            count = length
        }
        position = next
        // Dots behind the quote say that strace left something out.
        if position < end, start[position] == UInt8(ascii: ".") { throw Truncated() }
        return bytes
    }
}
