/// Into what a Lead is converted.
package enum LeadConversionTarget: Sendable, Equatable {
    /// A new Contact, of a new Account: Salesforce's field mapping copies the opt-out with everything else.
    case newContact
    /// A Contact that is there already: it keeps its own values, so the opt-out is **not** copied.
    case existingContact(id: String)
}

extension SalesforceState {
    private static let copied = [
        "FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "Fax", "Email", "HasOptedOutOfEmail",
        "DoNotCall", "LeadSource", "Description",
    ]

    /// Converts a Lead as a sales person does it, and returns the Contact's id.
    mutating func convertLead(_ id: String, into target: LeadConversionTarget, now: Int64) throws -> String {
        guard let leads = schema["Lead"], let contacts = schema["Contact"], let accounts = schema["Account"],
            var lead = RecordID.extended(id).flatMap({ store[$0] }), lead.object == "Lead", lead["IsConverted"] != true
        else { throw SandboxError.noSuchRow(id) }
        let contact: SalesforceRow
        switch target {
        case .existingContact(let id):
            guard let found = RecordID.extended(id).flatMap({ store[$0] }), found.object == "Contact" else {
                throw SandboxError.noSuchRow(id)
            }
            contact = found
        case .newContact:
            var account = blank(accounts, now: now)
            account.id = store.freshID(prefix: accounts.keyPrefix)
            account["Id"] = .string(account.id)
            account["Name"] = lead["Company"]
            finish(&account, accounts, RecordWrite.Options(), now: now)
            var made = blank(contacts, now: now)
            made.id = store.freshID(prefix: contacts.keyPrefix)
            made["Id"] = .string(made.id)
            made["AccountId"] = .string(account.id)
            for name in Self.copied { made[name] = lead[name] }
            for name in ["Street", "City", "State", "PostalCode", "Country"] { made["Mailing\(name)"] = lead[name] }
            finish(&made, contacts, RecordWrite.Options(), now: now)
            contact = made
        }
        lead["IsConverted"] = true
        lead["Status"] = "Closed - Converted"
        lead["ConvertedDate"] = .string(CivilTime.day(now))
        lead["ConvertedContactId"] = .string(contact.id)
        lead["ConvertedAccountId"] = contact["AccountId"]
        var options = RecordWrite.Options()
        options.runsAssignmentRule = false
        finish(&lead, leads, options, now: now)
        moveActivities(from: lead.id, to: contact.id, now: now)
        return contact.id
    }

    /// Tasks go over to the Contact; a campaign member keeps its Lead and gets the Contact beside it.
    private mutating func moveActivities(from leadID: String, to contactID: String, now: Int64) {
        for (object, lead, contact) in [("Task", "WhoId", "WhoId"), ("CampaignMember", "LeadId", "ContactId")] {
            guard let description = schema[object] else { continue }
            for var row in store.find(object, lead, leadID) {
                row[contact] = .string(contactID)
                finish(&row, description, RecordWrite.Options(), now: now)
            }
        }
    }
}
