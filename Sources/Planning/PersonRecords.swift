import Model

/// The records that are really this person's, sorted into what may be written and what may not.
struct PersonRecords {
    /// A Contact, of which perhaps only the id is known: the one that a Lead was converted into.
    struct Contact: Hashable {
        var id: String
        var record: SalesforceRecord?
    }

    /// Leads that are not converted, in the order of their ids.
    let openLeads: [SalesforceRecord]
    /// Leads that are: never written, since the write would be refused or land on a dead record.
    let convertedLeads: [SalesforceRecord]
    /// Contacts by address or conversion, in the order of their ids.
    let contacts: [Contact]

    init(_ input: PlanningInput, fields: SalesforceFieldNames) {
        let contactID = input.knownContactID
        let addresses = input.addresses
        func isStranger(_ lead: SalesforceRecord) -> Bool {
            // SOQL compares without regard to case where the field is not case-sensitive, but `pV3r` and `PV3R` are two
            // contacts of GetResponse: such a Lead counts only if the address says so too.
            guard let held = lead.fields[fields.contactID]?.string, let contactID, held != contactID,
                held.lowercased() == contactID.lowercased()
            else { return false }
            return !lead.hasAddress(in: addresses)
        }
        let strangers = input.records.leads.filter(isStranger)
        let leads = input.records.leads.filter { !isStranger($0) }.sorted { $0.id < $1.id }
        let conversions = leads.filter(\.isConverted).compactMap(\.convertedContactID)
        let foreign = strangers.compactMap(\.convertedContactID)
        var contacts = input.records.contacts
            .filter { contact in
                !foreign.contains { $0.isSameRecord(as: contact.id) } || contact.hasAddress(in: addresses)
                    || conversions.contains { $0.isSameRecord(as: contact.id) }
            }
            .map { Contact(id: $0.id, record: $0) }
        for id in conversions where !contacts.contains(where: { $0.id.isSameRecord(as: id) }) {
            contacts.append(Contact(id: id))
        }
        openLeads = leads.filter { !$0.isConverted }
        convertedLeads = leads.filter(\.isConverted)
        self.contacts = contacts.sorted { $0.id < $1.id }
    }

    func contact(id: String) -> Contact {
        contacts.first { $0.id.isSameRecord(as: id) } ?? Contact(id: id)
    }
}

extension SalesforceRecord {
    fileprivate func hasAddress(in addresses: Set<String>) -> Bool {
        guard let email = fields["Email"]?.string.flatMap(Person.init(email:))?.email else { return false }
        return addresses.contains(email)
    }
}

extension String {
    /// Whether two record ids mean one record: the last three of 18 characters are only a checksum.
    func isSameRecord(as other: String) -> Bool {
        prefix(15) == other.prefix(15)
    }
}
