import GRDB
package import Model

/// What the journal knows of a person beyond the event in hand.
package struct PersonKnowledge: Hashable, Sendable {
    /// Whether the person ever opted out; the flag is then never missing from what is created.
    package var isOptedOut: Bool
    /// Every GetResponse contact id that was seen with the person, in order.
    package var contactIDs: [String]

    package init(isOptedOut: Bool = false, contactIDs: [String] = []) {
        self.isOptedOut = isOptedOut
        self.contactIDs = contactIDs
    }
}

extension JournalReader {
    package func knowledge(of person: Person) async throws(JournalError) -> PersonKnowledge {
        try await read { db in
            let contactIDs = try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT contact_id FROM event
                        WHERE person = ? AND contact_id IS NOT NULL ORDER BY contact_id LIMIT 200
                        """
                ),
                arguments: [person.rawValue]
            )
            // An opt-out may have come with the contact id alone, or with the address that the contact had before or after.
            let isOptedOut =
                try ConsentTable.hasOptedOut(person.rawValue, db)
                || contactIDs.contains { try Self.hasOptedOut(contactID: $0, db) }
            return PersonKnowledge(isOptedOut: isOptedOut, contactIDs: contactIDs)
        }
    }

    static let optOutOfContactSQL = """
        SELECT EXISTS (
            SELECT 1 FROM event AS e JOIN consent_change AS c ON c.event_id = e.id
            WHERE e.contact_id = ? AND c.change = 'opted_out')
        """

    private static func hasOptedOut(contactID: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: optOutOfContactSQL), arguments: [contactID]) ?? false
    }
}
