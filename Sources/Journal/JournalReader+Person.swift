import GRDB
package import Model

/// What the journal knows of a person beyond the event in hand.
package struct PersonKnowledge: Hashable, Sendable {
    /// Every change of the person's consent in the order of arrival; empty for somebody who never opted out of anything.
    ///
    /// Of somebody who was erased it has the opt-out, under every name that was known then.
    package var consent: [ConsentRecord]
    /// Every GetResponse contact id that was seen with the person, in order.
    package var contactIDs: [String]

    package init(consent: [ConsentRecord] = [], contactIDs: [String] = []) {
        self.consent = consent
        self.contactIDs = contactIDs
    }

    /// Whether the person ever left a list; what that means for them is a matter of policy.
    package var everOptedOut: Bool { consent.contains(where: \.isOptOut) }
}

extension JournalReader {
    package func knowledge(of person: Person) async throws(JournalError) -> PersonKnowledge {
        try await read { [names] db in try Self.knowledge(of: person, names, db) }
    }

    /// The same on a snapshot that others look at too.
    static func knowledge(of person: Person, _ names: NameHash?, _ db: Database) throws -> PersonKnowledge {
        let contactIDs = try contacts(of: person.rawValue, db)
        let erased = try ErasedPeople.optOuts(of: person.rawValue, contactIDs: contactIDs, names, db)
        // An opt-out may have come with the contact id alone, or with the address that the contact had before or after.
        let optedOut = try contactIDs.filter { try hasOptedOut(contactID: $0, db) }
        guard try !erased.isEmpty || !optedOut.isEmpty || ConsentTable.hasOptedOut(person.rawValue, db) else {
            return PersonKnowledge(contactIDs: contactIDs)
        }
        // What was erased came before whatever is known now.
        return PersonKnowledge(
            consent: erased + (try ConsentTable.changes(of: person.rawValue, contactIDs: optedOut, db)),
            contactIDs: contactIDs
        )
    }

    /// The contacts that were seen with a person, in order.
    static func contacts(of person: String, _ db: Database) throws -> [String] {
        try String.fetchAll(db.cachedStatement(sql: contactsOfPersonSQL), arguments: [person])
    }

    /// From one contact to the next, since somebody with few contacts may have any number of events.
    static let contactsOfPersonSQL = """
        WITH RECURSIVE contact (id) AS (
            SELECT min(e.contact_id) FROM event AS e INDEXED BY event_contact_of_person
            WHERE e.person_number = (SELECT p.person_number FROM event AS p WHERE p.person = ?1 LIMIT 1)
                AND e.contact_id IS NOT NULL
            UNION ALL
            SELECT (
                SELECT min(e.contact_id) FROM event AS e INDEXED BY event_contact_of_person
                WHERE e.person_number = (SELECT p.person_number FROM event AS p WHERE p.person = ?1 LIMIT 1)
                    AND e.contact_id > contact.id)
            FROM contact WHERE contact.id IS NOT NULL
        )
        SELECT id FROM contact WHERE id IS NOT NULL LIMIT 200
        """

    static let optOutOfContactSQL = """
        SELECT EXISTS (
            SELECT 1 FROM event AS e INDEXED BY event_opt_out_of_contact
            JOIN consent_change AS c ON c.event_id = e.id
            WHERE e.contact_id = ? AND e.opt_out = 1 AND c.change = 'opted_out')
        """

    static func hasOptedOut(contactID: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: optOutOfContactSQL), arguments: [contactID]) ?? false
    }
}
