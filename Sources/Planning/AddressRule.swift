package import Model

/// Tells the parts of a postal address from other fields.
///
/// An org may know its states and countries from a list, and refuses a whole record for one that is not in it; the record is
/// worth more than its address.
package enum AddressRule {
    /// Whether the field is part of a postal address: of a Lead, or of a Contact with its `Mailing` or `Other`.
    package static func isAddress(_ field: String) -> Bool {
        let name = field.lowercased()
        return prefixes.contains { name.hasPrefix($0) && parts.contains(String(name.dropFirst($0.count))) }
    }

    /// The fields without any address; nil where there is none among them.
    package static func withoutAddress(_ fields: [String: FieldValue]) -> [String: FieldValue]? {
        let rest = fields.filter { !isAddress($0.key) }
        return rest.count < fields.count ? rest : nil
    }

    private static let prefixes = ["", "mailing", "other"]

    private static let parts: Set<String> = [
        "street", "city", "state", "statecode", "postalcode", "country", "countrycode",
    ]
}
