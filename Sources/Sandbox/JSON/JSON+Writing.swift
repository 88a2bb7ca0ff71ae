extension JSON {
    /// The value without any white space.
    package var compact: String {
        var text = ""
        write(to: &text, pretty: false, depth: 0)
        return text
    }

    /// The value as Salesforce prints it for `X-PrettyPrint: 1`: two spaces for each object around it, ` : ` after a
    /// name, arrays on one line.
    package var pretty: String {
        var text = ""
        write(to: &text, pretty: true, depth: 0)
        return text
    }

    private func write(to text: inout String, pretty: Bool, depth: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .double(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.writeQuoted(value, to: &text)
        case .array(let elements): writeArray(elements, to: &text, pretty: pretty, depth: depth)
        case .object(let members): writeObject(members, to: &text, pretty: pretty, depth: depth)
        }
    }

    private func writeArray(_ elements: [JSON], to text: inout String, pretty: Bool, depth: Int) {
        guard !elements.isEmpty else {
            text += pretty ? "[ ]" : "[]"
            return
        }
        text += pretty ? "[ " : "["
        for (index, element) in elements.enumerated() {
            if index > 0 { text += pretty ? ", " : "," }
            element.write(to: &text, pretty: pretty, depth: depth)
        }
        text += pretty ? " ]" : "]"
    }

    private func writeObject(_ members: [JSONMember], to text: inout String, pretty: Bool, depth: Int) {
        guard !members.isEmpty else {
            text += pretty ? "{ }" : "{}"
            return
        }
        text += "{"
        for (index, member) in members.enumerated() {
            if index > 0 { text += "," }
            if pretty { text += "\n" + String(repeating: "  ", count: depth + 1) }
            Self.writeQuoted(member.name, to: &text)
            text += pretty ? " : " : ":"
            member.value.write(to: &text, pretty: pretty, depth: depth + 1)
        }
        if pretty { text += "\n" + String(repeating: "  ", count: depth) }
        text += "}"
    }

    private static func writeQuoted(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{c}": text += "\\f"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
