import Model

/// What was found of a person in Salesforce, and what could not be looked at.
struct Resolution: Sendable {
    /// What became of one object's look-up.
    struct Look: Sendable {
        /// In the order of their ids.
        var records: [SalesforceRecord] = []
        /// Whether Salesforce was asked, and answered.
        var isAnswered = false
        /// The fields that this user can't read, with Salesforce's words; the records were read without them.
        var hiddenFields: [String: String] = [:]
        /// What stopped it.
        var failure: TryFailure?
    }

    var leads = Look()
    var contacts = Look()

    var records: SalesforceRecords { SalesforceRecords(leads: leads.records, contacts: contacts.records) }

    var failures: [TryFailure] { [leads.failure, contacts.failure].compactMap(\.self) }

    /// Whether the object's look-up failed, so that nothing is known of its records.
    func isUnknown(_ object: String) -> Bool {
        switch object {
        case SalesforceObject.lead.rawValue: leads.failure != nil
        case SalesforceObject.contact.rawValue: contacts.failure != nil
        default: false
        }
    }

    /// Whether the look-up has read the field.
    func hasRead(_ field: String, of object: String) -> Bool {
        let look = object == SalesforceObject.lead.rawValue ? leads : contacts
        return look.isAnswered && look.failure == nil && look.hiddenFields[field] == nil
    }
}
