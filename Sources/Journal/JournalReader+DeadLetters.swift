import GRDB
import Model

/// Some of the dead letters, and where to go on.
package struct DeadLetterPage: Sendable {
    /// Rows of the view `dead_letter` that match, in the order of the deaths; there may be none on a page.
    package var rows: [TableRow]
    /// Where the next page begins; nil after the last one.
    package var next: DeadLetterPlace?
}

extension JournalReader {
    private static let pageRows = 1000

    /// A page of the dead letters, by the time of death.
    ///
    /// Each read is short, however many there are and however few match: ask again from `next` until it is nil.
    package func deadLetterPage(
        _ filter: DeadLetterFilter,
        after place: DeadLetterPlace = .start
    ) async throws(JournalError) -> DeadLetterPage {
        try await read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: filter.pageSQL),
                arguments: filter.pageArguments(after: place, rows: Self.pageRows)
            )
            let next = rows.last.map { DeadLetterPlace(diedAt: $0["died_at"], eventID: $0["event_id"]) }
            return DeadLetterPage(
                rows: rows.filter { $0["is_match"] }.map { TableRow(row: $0).dropping("is_match") },
                next: rows.count < Self.pageRows ? nil : next
            )
        }
    }

    /// The first rows of `dead_letter` that match, by the time of death.
    package func deadLetters(
        _ filter: DeadLetterFilter = DeadLetterFilter(),
        limit: Int = .max
    ) async throws(JournalError) -> [TableRow] {
        var found: [TableRow] = []
        var place: DeadLetterPlace? = .start
        while let after = place, found.count < limit {
            let page = try await deadLetterPage(filter, after: after)
            found += page.rows
            place = page.next
        }
        return Array(found.prefix(limit))
    }

    static let lettersSQL = """
        SELECT
            e.id, e.claim, e.state, e.action, e.person, e.last_error, e.attempt, e.redrive, e.opt_out,
            e.pruned_at IS NOT NULL AS is_pruned, e.erased_at IS NOT NULL AS is_erased, e.finalized_at, e.received_at,
            coalesce((SELECT a.error_class FROM attempt AS a WHERE a.event_id = e.id ORDER BY a.id DESC LIMIT 1), 'data')
                AS error_class
        FROM event AS e WHERE e.id = ?
        """

    /// The events with these ids as they are now, whatever their state; ids that there are none of are left out.
    package func letters(of eventIDs: [Int64]) async throws(JournalError) -> [DeadLetter] {
        try await read { db in
            let statement = try db.cachedStatement(sql: Self.lettersSQL)
            return try eventIDs.compactMap { id in
                try Row.fetchOne(statement, arguments: [id]).map(DeadLetter.init(row:))
            }
        }
    }
}

extension DeadLetter {
    fileprivate init(row: Row) {
        self.init(
            eventID: row["id"],
            claim: row["claim"],
            state: row["state"],
            action: Action(rawValue: row["action"]),
            person: (row["person"] as String?).map(Person.init(rawValue:)),
            errorClass: row["error_class"],
            lastError: row["last_error"],
            attempts: row["attempt"],
            redrive: row["redrive"],
            isOptOut: row["opt_out"],
            isPruned: row["is_pruned"],
            isErased: row["is_erased"],
            diedAt: (row["finalized_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            receivedAt: Timestamp(milliseconds: row["received_at"])
        )
    }
}

extension TableRow {
    fileprivate func dropping(_ column: String) -> TableRow {
        guard let index = columns.firstIndex(of: column) else { return self }
        var row = self
        row.columns.remove(at: index)
        row.cells.remove(at: index)
        return row
    }
}
