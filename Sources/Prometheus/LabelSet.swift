/// The labels of one series: names made valid, each once, in the order of their names.
struct LabelSet: Hashable, Sendable {
    /// The pairs as the text format writes them, without braces: `lane="lead",state="available"`.
    let text: String

    init(_ dimensions: some Sequence<(String, String)>, reserving reserved: String? = nil) {
        var values: [String: String] = [:]
        for (name, value) in dimensions {
            var name = PrometheusName.label(name)
            // Prometheus itself renames a scraped label that is already taken in this way.
            if name == reserved { name = "exported_\(name)" }
            if values[name] == nil { values[name] = value }
        }
        text = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(PrometheusText.escapedLabelValue($0.value))\"" }
            .joined(separator: ",")
    }

    /// The labels in braces, or nothing where there are none.
    var braced: String { text.isEmpty ? "" : "{\(text)}" }

    /// The labels of a histogram's bucket.
    func braced(lessOrEqual bound: Double) -> String {
        let bucket = "le=\"\(PrometheusText.number(bound))\""
        return text.isEmpty ? "{\(bucket)}" : "{\(text),\(bucket)}"
    }
}

extension LabelSet: Comparable {
    static func < (lhs: LabelSet, rhs: LabelSet) -> Bool {
        lhs.text < rhs.text
    }
}

/// Makes names that Prometheus accepts; what it doesn't becomes an underscore.
enum PrometheusName {
    /// A metric's name: letters, digits, `_` and `:`, not starting with a digit.
    static func metric(_ name: String) -> String {
        sanitised(name, allowing: ":")
    }

    /// A label's name: letters, digits and `_`, not starting with a digit.
    static func label(_ name: String) -> String {
        sanitised(name, allowing: nil)
    }

    private static func sanitised(_ name: String, allowing extra: Character?) -> String {
        let characters = name.map { character in
            isPlain(character) || character == extra ? character : "_"
        }
        guard let first = characters.first else { return "_" }
        return first.isWholeNumber ? "_" + String(characters) : String(characters)
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isWholeNumber || character == "_")
    }
}
