/// Salesforce record ids: 15 characters that differ by case, and three more that make them differ without it.
enum RecordID {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345")
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// The user that requests run as.
    static let runAsUser = extended("0055e0000012345") ?? "0055e0000012345AAA"

    /// A sales person: who does what no request does.
    static let otherUser = extended("0055e0000067890") ?? "0055e0000067890AAA"
    /// The org.
    static let organization = extended("00D5e0000006789") ?? "00D5e0000006789EAA"

    /// The id of the record with this number.
    static func make(prefix: String, number: Int) -> String {
        var rest = number
        var tail: [Character] = []
        while rest > 0 {
            tail.append(digits[rest % 62])
            rest /= 62
        }
        let middle = prefix + "5e"
        let short =
            middle + String(repeating: "0", count: max(0, 15 - middle.count - tail.count)) + String(tail.reversed())
        return extended(short) ?? short
    }

    /// The 18-character form of an id; nil when the text is no id.
    static func extended(_ text: String) -> String? {
        let characters = Array(text)
        guard characters.count == 15 || characters.count == 18,
            characters.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        var suffix = ""
        for block in 0..<3 {
            var bits = 0
            for place in 0..<5 where characters[block * 5 + place].isUppercase { bits |= 1 << place }
            suffix.append(alphabet[bits])
        }
        let short = String(characters[..<15])
        if characters.count == 18, text.suffix(3).uppercased() != suffix { return nil }
        return short + suffix
    }
}
