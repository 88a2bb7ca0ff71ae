extension String {
    /// The string as one path segment, query value or form value: every byte but the unreserved ones of RFC 3986
    /// (`A–Z a–z 0–9 - . _ ~`) is percent-encoded.
    ///
    /// That includes `/ + ? # % & = [ ]`, quotes and spaces. A segment of nothing but dots has them encoded too, because
    /// `.` and `..` would otherwise climb the path.
    package var percentEncoded: String {
        let encodesDots = self == "." || self == ".."
        var result = ""
        result.reserveCapacity(utf8.count)
        for byte in utf8 {
            if Self.isUnreserved(byte), !encodesDots {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
