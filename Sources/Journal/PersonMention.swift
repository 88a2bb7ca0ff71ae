import Foundation

/// Finds addresses in texts and bodies however they are written there: in any case, percent-encoded (twice too), or with
/// JSON's escapes.
///
/// A longer address that only contains one of them is somebody else's, and is not found.
struct PersonMention: Sendable {
    /// What stands where a name was.
    static let mark = "(erased)"

    private let needles: [Needle]
    private let checksNeighbours: Bool

    private struct Needle: Sendable {
        var bytes: [UInt8]
        /// Where its first @ stands.
        var anchor: Int
    }

    /// - Parameters:
    ///   - addresses: Normalised addresses.
    ///   - checksNeighbours: Whether an address must stand alone. Not so in the pages of a file, where columns stand side by
    ///     side.
    init(addresses: some Sequence<String>, checksNeighbours: Bool = true) {
        self.checksNeighbours = checksNeighbours
        needles = addresses.flatMap { address in
            // Bytes are folded like ASCII; of other scripts the two usual spellings are looked for.
            Set([Array(address.lowercased().utf8), Array(address.uppercased().utf8).map(Self.folded)])
        }.compactMap { bytes in
            bytes.firstIndex(of: UInt8(ascii: "@")).map { Needle(bytes: bytes, anchor: $0) }
        }
    }

    func isIn(_ text: String?) -> Bool {
        guard var text else { return false }
        return text.withUTF8 { isIn(UnsafeRawBufferPointer($0)) }
    }

    func isIn(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Most of what is looked through, the unused parts of pages above all, can't hold an address at all.
        let marks: [UInt8] = [UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "\\")]
        guard !needles.isEmpty, bytes.contains(where: { marks.contains($0) }) else { return false }
        return !matches(in: PlainBytes(bytes), isFirstEnough: true).isEmpty
    }

    /// The text with a mark in the place of every address; nil where there is none.
    func redacted(_ text: String?) -> String? {
        guard var text else { return nil }
        let bytes = text.withUTF8 { Array($0) }
        let plain = bytes.withUnsafeBytes { PlainBytes($0) }
        let found = matches(in: plain, isFirstEnough: false)
        guard !found.isEmpty else { return nil }
        var result: [UInt8] = []
        var end = 0
        for match in found where plain.starts[match.lowerBound] >= end {
            result += bytes[end..<plain.starts[match.lowerBound]] + Array(Self.mark.utf8)
            end = plain.starts[match.upperBound]
        }
        return String(decoding: result + bytes[end...], as: UTF8.self)
    }

    private func matches(in plain: PlainBytes, isFirstEnough: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for place in plain.bytes.indices where plain.bytes[place] == UInt8(ascii: "@") {
            for needle in needles {
                let start = place - needle.anchor
                let end = start + needle.bytes.count
                guard start >= 0, end <= plain.bytes.count, plain.bytes[start..<end].elementsEqual(needle.bytes),
                    !checksNeighbours || plain.standsAlone(start..<end)
                else { continue }
                found.append(start..<end)
                if isFirstEnough { return found }
            }
        }
        return found
    }

    fileprivate static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}

/// Bytes without their escapes and in lower case, and where each came from.
private struct PlainBytes {
    private(set) var bytes: [UInt8] = []
    /// The place of each byte's source; one more for the end.
    private(set) var starts: [Int] = []

    init(_ raw: UnsafeRawBufferPointer) {
        bytes.reserveCapacity(raw.count)
        starts.reserveCapacity(raw.count + 1)
        var index = 0
        while index < raw.count {
            let (plain, length) = Self.unit(raw, at: index)
            switch plain {
            case .byte(let byte): add(byte, from: index)
            case .scalar(let scalar): for byte in String(scalar).utf8 { add(byte, from: index) }
            }
            index += length
        }
        starts.append(raw.count)
    }

    private enum Unit {
        case byte(UInt8)
        case scalar(Unicode.Scalar)
    }

    private mutating func add(_ byte: UInt8, from start: Int) {
        bytes.append(PersonMention.folded(byte))
        starts.append(start)
    }

    /// What stands at a place, and how many bytes it takes.
    private static func unit(_ raw: UnsafeRawBufferPointer, at index: Int) -> (Unit, Int) {
        switch raw[index] {
        case UInt8(ascii: "%"):
            guard let value = hex(raw, at: index + 1, digits: 2) else { break }
            // A link within a query is encoded twice.
            if value == 0x25, let inner = hex(raw, at: index + 3, digits: 2) { return (.byte(UInt8(inner)), 5) }
            return (.byte(UInt8(value)), 3)
        case UInt8(ascii: "\\") where index + 1 < raw.count:
            switch raw[index + 1] {
            case UInt8(ascii: "/"): return (.byte(UInt8(ascii: "/")), 2)
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
                return (.byte(UInt8(ascii: " ")), 2)
            case UInt8(ascii: "u"):
                guard let value = hex(raw, at: index + 2, digits: 4), let scalar = Unicode.Scalar(UInt32(value)) else {
                    break
                }
                return (.scalar(scalar), 6)
            default: break
            }
        default: break
        }
        return (.byte(raw[index]), 1)
    }

    private static func hex(_ raw: UnsafeRawBufferPointer, at index: Int, digits: Int) -> Int? {
        guard index + digits <= raw.count else { return nil }
        var value = 0
        for place in index..<index + digits {
            guard let digit = Character(Unicode.Scalar(raw[place])).hexDigitValue else { return nil }
            value = value * 16 + digit
        }
        return value
    }

    /// Whether what stands here is an address by itself, not a piece of a longer one.
    func standsAlone(_ range: Range<Int>) -> Bool {
        if range.lowerBound > 0 {
            var before = range.lowerBound - 1
            // In a form a + is a space; within an address something stands before it.
            if bytes[before] == UInt8(ascii: "+"), before > 0 { before -= 1 }
            if Self.isOfAddress(bytes[before]) { return false }
        }
        guard range.upperBound < bytes.count else { return true }
        let next = bytes[range.upperBound]
        if next == UInt8(ascii: ".") {
            return range.upperBound + 1 == bytes.count || !Self.isAlphanumeric(bytes[range.upperBound + 1])
        }
        return !Self.isOfAddress(next)
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte >= 0x80
    }
}
