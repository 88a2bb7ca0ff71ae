/// The values in a SOQL query, written so that they can't become part of the query.
package enum SOQL {
    /// A text as a quoted literal.
    ///
    /// SOQL knows `\` as escape and `'` as quote; whoever escapes only the quote lets `x\' OR …` out. The escapes go by
    /// Unicode scalars: a quote that carries a combining accent is one `Character` and yet a quote to Salesforce. A literal
    /// longer than 4,000 characters is refused there.
    package static func literal(_ text: String) -> String {
        var result = "'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }

    /// Texts as the list of an `IN`: `('a','b')`; nil for none, because `IN ()` is no SOQL.
    package static func list(_ texts: some Collection<String>) -> String? {
        texts.isEmpty ? nil : "(\(texts.map(literal).joined(separator: ",")))"
    }
}
