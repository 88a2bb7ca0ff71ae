import Model

/// Which fields an org may lack.
struct FieldNecessity: Sendable {
    let names: SalesforceFieldNames

    /// Whether LeadRelay works without the field: the optional ones of a Lead and a Task, and any custom field of a Contact.
    func isOptional(_ name: String, of object: SalesforceObject) -> Bool {
        switch object {
        case .lead: name == names.lastUnsubscribeDate || name == names.score
        case .contact: name.hasSuffix("__c")
        case .task: name == names.eventKey
        case .campaignMember: false
        }
    }

    /// Whether people can be looked for without reading the field: what they are found by must stay, or it would make somebody
    /// new.
    func isDispensable(_ name: String) -> Bool {
        !["Email", "IsConverted", "ConvertedContactId", names.contactID].contains(name)
    }
}
