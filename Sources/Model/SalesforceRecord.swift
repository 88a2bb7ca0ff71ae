/// The Salesforce objects that LeadRelay writes.
package enum SalesforceObject: String, Codable, CaseIterable, Sendable {
    case lead = "Lead"
    case contact = "Contact"
    case task = "Task"
    case campaignMember = "CampaignMember"
}

/// One Lead or Contact as Salesforce holds it, with the fields that were asked for.
package struct SalesforceRecord: Hashable, Sendable {
    package var object: SalesforceObject
    /// The record id, 15 or 18 characters.
    package var id: String
    /// Field values by API name; a field that was not asked for is absent.
    package var fields: [String: FieldValue]

    package init(object: SalesforceObject, id: String, fields: [String: FieldValue] = [:]) {
        self.object = object
        self.id = id
        self.fields = fields
    }

    /// `IsConverted` of a Lead; false for a Contact.
    package var isConverted: Bool { fields["IsConverted"]?.bool ?? false }

    /// `ConvertedContactId` of a converted Lead; nil where the Contact is gone or hidden.
    package var convertedContactID: String? { fields["ConvertedContactId"]?.string }

    /// `HasOptedOutOfEmail`; nil where it was not asked for or is hidden.
    package var hasOptedOut: Bool? { fields["HasOptedOutOfEmail"]?.bool }
}

/// Every Lead and Contact that is this person, as found just now.
package struct SalesforceRecords: Hashable, Sendable {
    /// Leads by external id or address, converted ones included; in the order of their ids.
    package var leads: [SalesforceRecord]
    /// Contacts by address or by conversion of one of the Leads; in the order of their ids.
    package var contacts: [SalesforceRecord]

    package init(leads: [SalesforceRecord] = [], contacts: [SalesforceRecord] = []) {
        self.leads = leads
        self.contacts = contacts
    }

    package var isEmpty: Bool { leads.isEmpty && contacts.isEmpty }
}
