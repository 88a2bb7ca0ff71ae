import Foundation

/// The parameters of a query string or a form, by lower-cased name.
///
/// GetResponse documents its names as case-sensitive (`CONTACT_ID`, `contact_email`), but no two differ by case alone, and
/// what sits between may change it. Of several values the first that is not empty counts.
struct Parameters {
    private(set) var values: [String: String] = [:]

    init(encoded text: String) {
        self.init(bytes: text.utf8)
    }

    init(encoded data: Data) {
        self.init(bytes: data)
    }

    private init(bytes: some Collection<UInt8>) {
        for parameter in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let value = Self.decoded(parts.dropFirst().first).cleaned else { continue }
            let name = Self.decoded(parts.first).lowercased()
            if values[name] == nil { values[name] = value }
        }
    }

    /// The value of the parameter with this lower-case name; nil where it is missing or empty.
    subscript(name: String) -> String? { values[name] }

    /// Whether it says what happened, under any shape's name for that.
    var namesEvent: Bool { values["action"] != nil || values["event"] != nil }

    /// These parameters, with the gaps filled from `others`.
    func filled(from others: Parameters) -> Parameters {
        var result = self
        result.values.merge(others.values) { own, _ in own }
        return result
    }

    /// Percent sequences and pluses decoded; what is not a sequence stays, and what is not UTF-8 is repaired.
    private static func decoded(_ bytes: (some Collection<UInt8>)?) -> String {
        guard let bytes else { return "" }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                result.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                result.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.flatMap { UInt8(exactly: $0) }
    }
}
