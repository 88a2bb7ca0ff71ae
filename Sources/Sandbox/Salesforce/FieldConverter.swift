/// Turns a value of a request into what a field stores, or refuses it in the words of the real service.
struct FieldConverter {
    let field: FieldDescription
    /// The place of the field in the body, for messages of the JSON reader.
    let place: String

    func stored(_ value: JSON) throws(SalesforceError) -> JSON {
        switch field.type {
        case _ where value.isNull && field.type != .boolean: return .null
        case .boolean: return try boolean(value)
        case .int, .double, .currency: return try number(value)
        case .date, .datetime: return try time(value)
        case .id, .reference: return try reference(value)
        case .combobox, .email, .phone, .picklist, .string, .textarea, .url: return try text(value)
        }
    }

    private func boolean(_ value: JSON) throws(SalesforceError) -> JSON {
        switch value {
        case .bool: return value
        case .string(let text) where text.lowercased() == "true": return true
        case .string(let text) where text.lowercased() == "false": return false
        case .null:
            throw .record(
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                "\(field.label): value not of required type: null",
                fields: [field.name]
            )
        default: throw mismatch(value)
        }
    }

    private func number(_ value: JSON) throws(SalesforceError) -> JSON {
        let number = value.double ?? value.string.flatMap { Double($0.trimmingSpace) }
        guard let number, number.isFinite else { throw mismatch(value) }
        if field.type == .int {
            guard let whole = Int64(exactly: number) else { throw mismatch(value) }
            return .integer(whole)
        }
        var factor = 1.0
        for _ in 0..<field.scale { factor *= 10 }
        var bound = 1.0
        for _ in 0..<max(0, field.precision - field.scale) { bound *= 10 }
        guard abs(number) < bound else {
            throw .record(
                "NUMBER_OUTSIDE_VALID_RANGE",
                "\(field.label): value outside of valid range on numeric field: \(value.compact)",
                fields: [field.name]
            )
        }
        return .double((number * factor).rounded() / factor)
    }

    private func time(_ value: JSON) throws(SalesforceError) -> JSON {
        guard let text = value.string else { throw mismatch(value) }
        guard !text.isEmpty else { return .null }
        if field.type == .date {
            guard CivilTime.date(text) != nil else { throw mismatch(value) }
            return .string(text)
        }
        guard let time = CivilTime.dateTime(text) else { throw mismatch(value) }
        return .string(CivilTime.salesforce(time))
    }

    private func reference(_ value: JSON) throws(SalesforceError) -> JSON {
        guard let text = value.string else { throw mismatch(value) }
        guard !text.isEmpty else { return .null }
        let prefixes = field.referenceTo.compactMap { Self.prefixes[$0] }
        guard let id = RecordID.extended(text), prefixes.contains(where: { id.hasPrefix($0) }) else {
            throw .record(
                "MALFORMED_ID",
                "\(field.label): id value of incorrect type: \(text)",
                fields: [field.name]
            )
        }
        return .string(id)
    }

    private func text(_ value: JSON) throws(SalesforceError) -> JSON {
        guard let raw = value.string else { throw mismatch(value) }
        let text = raw.trimmingSpace
        guard !text.isEmpty else { return .null }
        guard text.utf16.count <= field.length else {
            throw .record(
                "STRING_TOO_LONG",
                "\(field.label): data value too large: \(text) (max length=\(field.length))",
                fields: [field.name]
            )
        }
        if field.type == .email, !EmailSyntax.accepts(text) {
            throw .record(
                "INVALID_EMAIL_ADDRESS",
                "\(field.label): invalid email address: \(text)",
                fields: [field.name]
            )
        }
        if field.isRestrictedPicklist, !field.picklist.contains(text) {
            throw .record(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                "\(field.label): bad value for restricted picklist field: \(text)",
                fields: [field.name]
            )
        }
        return .string(text)
    }

    private func mismatch(_ value: JSON) -> SalesforceError {
        let type = field.type == .int ? "int" : field.type.soapType.contains("string") ? "string" : field.type.rawValue
        return SalesforceError(
            code: "JSON_PARSER_ERROR",
            message: "Cannot deserialize instance of \(type) from \(value.tokenName) value \(value.tokenText)"
                + " or request may be missing a required field at \(place)"
        )
    }

    private static let prefixes = [
        "Account": "001", "Campaign": "701", "Contact": "003", "Group": "00G", "Individual": "0PK", "Lead": "00Q",
        "Opportunity": "006", "User": "005",
    ]
}

/// Salesforce's idea of an e-mail address: stricter than mail's own, and ASCII only.
enum EmailSyntax {
    private static let localCharacters = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~."
    )
    private static let domainCharacters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")

    static func accepts(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].count <= 64, parts[0].allSatisfy(localCharacters.contains),
            parts[1].allSatisfy(domainCharacters.contains)
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let locals = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && !labels.contains { $0.isEmpty || $0.first == "-" || $0.last == "-" }
            && !locals.contains { $0.isEmpty }
    }
}

extension JSON {
    /// The reader's name of this value's first token.
    fileprivate var tokenName: String {
        switch self {
        case .null: "VALUE_NULL"
        case .bool(let value): value ? "VALUE_TRUE" : "VALUE_FALSE"
        case .integer: "VALUE_NUMBER_INT"
        case .double: "VALUE_NUMBER_FLOAT"
        case .string: "VALUE_STRING"
        case .array: "START_ARRAY"
        case .object: "START_OBJECT"
        }
    }

    fileprivate var tokenText: String {
        switch self {
        case .string(let value): value
        case .array: "["
        case .object: "{"
        default: compact
        }
    }
}
