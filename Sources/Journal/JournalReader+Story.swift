import GRDB
package import Model

extension JournalReader {
    static let storySQL = """
        SELECT at, what, detail, event_id, row_id, person FROM contact_timeline
        WHERE person = ? AND at IS NOT NULL ORDER BY at, row_id LIMIT ?
        """

    /// Everything that happened to a person, under each name that the journal knows them by, in the order of time.
    ///
    /// - Parameters:
    ///   - person: By any of the names.
    ///   - limit: How many rows at most for each name.
    /// - Returns: The person's names, and rows with at, what, detail, event_id, row_id and person; none for somebody unknown.
    /// - Throws: `JournalError`.
    package func story(
        of person: Person,
        limit: Int = 20_000
    ) async throws(JournalError) -> (names: [String], rows: [TableRow]) {
        let names = try await everyName(of: person)
        var rows: [TableRow] = []
        for name in names {
            rows += try await read { db in
                try Row.fetchAll(db.cachedStatement(sql: Self.storySQL), arguments: [name, limit]).map(
                    TableRow.init(row:)
                )
            }
        }
        // What is told of one moment stays in its order: a callback comes before its event, and that before its tries.
        let sorted = rows.enumerated().sorted { one, other in
            let (first, second) = (one.element.time, other.element.time)
            return first == second ? one.element.rank(one.offset) < other.element.rank(other.offset) : first < second
        }
        return (names, sorted.map(\.element))
    }

    /// The person's names; a contact leads to those whom it was seen with.
    private func everyName(of person: Person) async throws(JournalError) -> [String] {
        let contacts = try await names(of: person).contactIDs
        let people = try await read { db in
            try contacts.flatMap { contactID in
                try String.fetchAll(db.cachedStatement(sql: PersonNames.peopleOfContactSQL), arguments: [contactID])
            }
        }
        var names: Set<String> = []
        for name in Set(people + [person.rawValue]) {
            names.formUnion(try await self.names(of: Person(rawValue: name)).people)
        }
        return names.sorted()
    }
}

extension TableRow {
    private static let order = ["callback", "event", "consent", "attempt", "effect", "decision"]

    fileprivate var time: Int64 {
        guard case .integer(let time) = self["at"] else { return 0 }
        return time
    }

    fileprivate func rank(_ offset: Int) -> (Int, Int) {
        guard case .text(let what) = self["what"] else { return (Self.order.count, offset) }
        return (Self.order.firstIndex(of: what) ?? Self.order.count, offset)
    }
}
