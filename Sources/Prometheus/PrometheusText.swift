/// The pieces of the text format 0.0.4.
enum PrometheusText {
    /// A value: whole numbers without a fraction, others in the shortest form that reads back as the same number.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value.magnitude < 1e15, let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    static func escapedLabelValue(_ value: String) -> String {
        escaped(value, quotes: true)
    }

    static func escapedHelp(_ help: String) -> String {
        escaped(help, quotes: false)
    }

    /// Works on scalars: a carriage return and a line feed are one `Character`, but the line feed has to go all the same.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
