import GRDB
import Model

/// Everything that a person is called in the journal.
struct PersonNames: Hashable, Sendable {
    /// As in `event.person`: addresses, earlier ones too, and `contact:ID` for each contact.
    var people: Set<String>
    var contactIDs: Set<String>
    /// Contacts that were seen with somebody else's address too: they are not only this person's.
    var sharedContactIDs: Set<String> = []

    var addresses: [String] { people.filter { Person(rawValue: $0).email != nil }.sorted() }

    /// Follows changes of address and contacts from these names to all others.
    ///
    /// A contact that is also known with another address leads no further: nothing says that it is the same person.
    init(from names: Set<String>, _ db: Database) throws {
        people = []
        contactIDs = []
        var waiting = names.sorted()
        while let name = waiting.popLast() {
            guard people.insert(name).inserted else { continue }
            if let contactID = Self.contactID(name) { contactIDs.insert(contactID) }
            for sql in [Self.laterNamesSQL, Self.earlierNamesSQL] {
                waiting += try String.fetchAll(db.cachedStatement(sql: sql), arguments: [name])
            }
            contactIDs.formUnion(try JournalReader.contacts(of: name, db))
            contactIDs.formUnion(try String.fetchAll(db.cachedStatement(sql: Self.profilesSQL), arguments: [name]))
        }
        for contactID in contactIDs {
            people.insert(Person(contactID: contactID).rawValue)
            let others = try String.fetchAll(db.cachedStatement(sql: Self.peopleOfContactSQL), arguments: [contactID])
            if others.contains(where: { !people.contains($0) }) { sharedContactIDs.insert(contactID) }
        }
    }

    private static func contactID(_ name: String) -> String? {
        guard Person(rawValue: name).email == nil, name.hasPrefix("contact:") else { return nil }
        return String(name.dropFirst("contact:".count))
    }

    static let laterNamesSQL = """
        SELECT DISTINCT person FROM event WHERE previous_person = ? AND erased_at IS NULL AND person IS NOT NULL
        """
    static let earlierNamesSQL = """
        SELECT DISTINCT previous_person FROM event WHERE person = ? AND previous_person IS NOT NULL
        """
    static let profilesSQL = "SELECT contact_id FROM profile WHERE person = ?"
    static let peopleOfContactSQL = "SELECT DISTINCT person FROM event WHERE contact_id = ? AND person IS NOT NULL"

    /// The names' values in statements: `:people` and `:contacts`, as JSON arrays.
    func arguments(of sql: String, ids: [Int64] = [], now: Int64 = 0) throws -> StatementArguments {
        let values: [String: (any DatabaseValueConvertible)?] = [
            "people": try JSONText.encode(people.sorted()), "contacts": try JSONText.encode(contactIDs.sorted()),
            "ids": try JSONText.encode(ids), "now": now,
        ]
        return StatementArguments(values.filter { sql.namesParameter($0.key) })
    }
}
