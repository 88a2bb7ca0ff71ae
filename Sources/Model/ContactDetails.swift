/// What one source (a callback, or GetResponse's contact resource) says of a contact, in one spelling.
///
/// Nil means that the source does not carry the thing, which is not the same as an empty value: a query-string callback
/// carries no custom fields at all, while the guide's JSON with `"customFields": []` says that there are none.
package struct ContactDetails: Hashable, Codable, Sendable {
    package var contactID: String?
    package var email: String?
    /// The full name in one string, as GetResponse keeps it; nil where it is missing or null.
    package var name: String?
    package var listID: String?
    package var listName: String?
    /// When the contact joined the list.
    package var createdOn: Timestamp?
    /// How the contact came (`www`, `landing_page`, `webinar`, `api`, …: an open set).
    package var origin: String?
    package var tags: [String]?
    /// Values by the custom field's name.
    package var customFields: [String: [String]]?

    package init(
        contactID: String? = nil,
        email: String? = nil,
        name: String? = nil,
        listID: String? = nil,
        listName: String? = nil,
        createdOn: Timestamp? = nil,
        origin: String? = nil,
        tags: [String]? = nil,
        customFields: [String: [String]]? = nil
    ) {
        self.contactID = contactID
        self.email = email
        self.name = name
        self.listID = listID
        self.listName = listName
        self.createdOn = createdOn
        self.origin = origin
        self.tags = tags
        self.customFields = customFields
    }

    /// These details, with the gaps filled from `older`.
    package func filled(from older: ContactDetails) -> ContactDetails {
        ContactDetails(
            contactID: contactID ?? older.contactID,
            email: email ?? older.email,
            name: name ?? older.name,
            listID: listID ?? older.listID,
            listName: listName ?? older.listName,
            createdOn: createdOn ?? older.createdOn,
            origin: origin ?? older.origin,
            tags: tags ?? older.tags,
            customFields: customFields ?? older.customFields
        )
    }
}
