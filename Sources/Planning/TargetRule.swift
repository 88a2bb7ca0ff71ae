import Model

/// Decides which of a person's records an event is for.
///
/// In this order, each only where the one before finds nothing:
/// 1. The Lead with this contact id, not converted.
/// 2. The Contact that a Lead with this contact id was converted into.
/// 3. Another Lead of the person, not converted: adopted.
/// 4. A Contact of the person.
///
/// Of several the one with the lowest id is taken, so that every event of the person finds the same.
enum TargetRule {
    enum Target: Hashable {
        /// The Lead with this contact id; `isOnly` says that no second one has it too, which an upsert would trip over.
        case ownLead(SalesforceRecord, isOnly: Bool)
        case convertedContact(PersonRecords.Contact)
        case adoptedLead(SalesforceRecord)
        case contact(PersonRecords.Contact)
        case nobody
    }

    struct Choice: Hashable {
        var target: Target
        /// Said only where there was something to choose.
        var reason: String?
        /// Whether a new Lead may take this contact id: not where a converted one has it, since the upsert would find that.
        var canCreate: Bool

        /// Says one thing more of how it was chosen.
        mutating func add(_ sentence: String) { reason = TargetRule.joined(reason, sentence) }

        /// The Lead to write, own or adopted.
        var lead: SalesforceRecord? {
            switch target {
            case .ownLead(let record, _), .adoptedLead(let record): record
            case .convertedContact, .contact, .nobody: nil
            }
        }

        /// The Contact that stands in where there is no Lead to write.
        var contact: PersonRecords.Contact? {
            switch target {
            case .convertedContact(let contact), .contact(let contact): contact
            case .ownLead, .adoptedLead, .nobody: nil
            }
        }
    }

    static func choose(contactID: String?, records: PersonRecords, fields: SalesforceFieldNames) -> Choice {
        func isOwn(_ lead: SalesforceRecord) -> Bool {
            contactID != nil && lead.fields[fields.contactID]?.string == contactID
        }
        let convertedOwn = records.convertedLeads.filter(isOwn)
        let canCreate = convertedOwn.isEmpty
        let own = records.openLeads.filter(isOwn)
        if let lead = own.first {
            return Choice(
                target: .ownLead(lead, isOnly: own.count == 1 && canCreate),
                reason: reason(lead.id, of: own.count, "Leads with this contact id"),
                canCreate: canCreate
            )
        }
        let conversions = convertedOwn.compactMap(\.convertedContactID).filter { records.contact(id: $0).record != nil }
        if let id = conversions.first {
            let several = reason(
                id,
                of: conversions.count,
                "Contacts that Leads with this contact id were converted into"
            )
            return Choice(
                target: .convertedContact(records.contact(id: id)),
                reason: several ?? "The Lead \(convertedOwn[0].id) was converted into the Contact \(id).",
                canCreate: canCreate
            )
        }
        let hidden = convertedOwn.first.map { "The Lead \($0.id) is converted and its Contact is gone or hidden." }
        if let lead = records.openLeads.first {
            return Choice(
                target: .adoptedLead(lead),
                reason: joined(hidden, reason(lead.id, of: records.openLeads.count, "Leads with this address")),
                canCreate: canCreate
            )
        }
        if let contact = records.contacts.first(where: { $0.record != nil }) {
            return Choice(
                target: .contact(contact),
                reason: joined(hidden, reason(contact.id, of: records.contacts.count, "Contacts with this address")),
                canCreate: canCreate
            )
        }
        return Choice(target: .nobody, reason: hidden, canCreate: canCreate)
    }

    private static func reason(_ id: String, of count: Int, _ what: String) -> String? {
        count > 1 ? "Of \(count) \(what) the one with the lowest id, \(id), was taken." : nil
    }

    fileprivate static func joined(_ sentences: String?...) -> String? {
        let said = sentences.compactMap { $0 }
        return said.isEmpty ? nil : said.joined(separator: " ")
    }
}
