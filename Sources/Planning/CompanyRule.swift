package import Model

/// A company, and whether it only stands in for an unknown one.
package struct ParsedCompany: Hashable, Sendable {
    /// Never empty: Salesforce makes no Lead without a company.
    package var value: String
    package var isFallback: Bool
}

/// Finds the company of a contact: the custom field, else the domain of the address, which makes it easy to see what
/// needs enrichment.
package enum CompanyRule {
    /// The company, cut to 255.
    package static func company(of details: ContactDetails, email: String?, policy: SyncPolicy) -> ParsedCompany {
        if let company = CustomFields.value(of: policy.companyField, in: details.customFields) {
            return ParsedCompany(value: company.cut(to: TextLimit.company), isFallback: false)
        }
        return ParsedCompany(value: fallback(email: email, policy: policy), isFallback: true)
    }

    /// What stands in for the company of somebody with this address.
    static func fallback(email: String?, policy: SyncPolicy) -> String {
        guard let email, let at = email.lastIndex(of: "@") else { return policy.unknownLastName }
        let domain = email[email.index(after: at)...].lowercased().trimmingWhitespace()
        return domain.isEmpty ? policy.unknownLastName : domain.cut(to: TextLimit.company)
    }
}

/// Reads GetResponse's custom fields, which hold several values each.
enum CustomFields {
    /// The first value of the field `name` that is not empty, in one line; nil where there is none.
    ///
    /// Where no field is named exactly so, case does not count.
    static func value(of name: String, in fields: [String: [String]]?) -> String? {
        guard let fields, !name.isEmpty else { return nil }
        let inAnyCase = fields.filter { $0.key.lowercased() == name.lowercased() }.sorted { $0.key < $1.key }
        let values = (fields[name] ?? []) + inAnyCase.flatMap(\.value)
        return values.lazy.map { $0.words.joined(separator: " ") }.first { !$0.isEmpty }
    }
}
