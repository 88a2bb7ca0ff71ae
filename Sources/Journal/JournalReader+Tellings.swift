import GRDB
package import Model

/// The first telling of an open or click that was told more than once.
package struct EarlierTelling: Hashable, Sendable {
    /// What became of its Task.
    package enum Task: Hashable, Sendable {
        /// Nothing was written for it, or nothing is known to be under way.
        case none
        /// It was sent and nobody knows yet whether it arrived; its event will find out.
        case open
        case written
    }

    package var eventID: Int64
    package var task: Task
}

extension JournalReader {
    static let earlierTellingSQL = """
        SELECT id, received_at FROM event
        WHERE person = ? AND action = ? AND id < ?
            AND coalesce(json_extract(payload, '$.message.id'), json_extract(payload, '$.message.name')) IS ?
            AND coalesce(json_extract(payload, '$.link.id'), json_extract(payload, '$.link.url')) IS ?
            AND received_at BETWEEN ? AND ?
            AND state <> 'discarded'
        ORDER BY id LIMIT 1
        """

    static let taskOfTellingSQL = """
        SELECT f.state = 'confirmed', e.finalized_at IS NULL AND f.state IN ('sent', 'unknown')
        FROM effect_event AS ee
        JOIN effect AS f ON f.id = ee.effect_id AND f.kind = 'task.create'
        JOIN event AS e ON e.id = ee.event_id
        WHERE ee.event_id = ? ORDER BY 1 DESC, 2 DESC LIMIT 1
        """

    /// The first event that told the same open or click as this one, each within the window after the one before it: the
    /// window slides, as that of duplicates does.
    ///
    /// The message is told by its id, or by its name where there is none; the link by its id or its URL.
    ///
    /// - Returns: That event, or nil when this one is the first.
    /// - Throws: `JournalError` when the journal can't be read.
    package func earlierTelling(
        of eventID: Int64,
        person: Person,
        action: Action,
        message: String?,
        link: String?,
        receivedAt: Timestamp,
        window: Duration
    ) async throws(JournalError) -> EarlierTelling? {
        try await read { db in
            let statement = try db.cachedStatement(sql: Self.earlierTellingSQL)
            var first: Int64?
            var receivedAt = receivedAt
            while let row = try Row.fetchOne(
                statement,
                arguments: [
                    person.rawValue, action.rawValue, first ?? eventID, message, link,
                    receivedAt.advanced(by: .zero - window).milliseconds, receivedAt.advanced(by: window).milliseconds,
                ]
            ) {
                first = row[0]
                receivedAt = Timestamp(milliseconds: row[1])
            }
            guard let first else { return nil }
            let task = try Row.fetchOne(db.cachedStatement(sql: Self.taskOfTellingSQL), arguments: [first])
            let isWritten: Bool = task?[0] ?? false
            let isOpen: Bool = task?[1] ?? false
            return EarlierTelling(eventID: first, task: isWritten ? .written : isOpen ? .open : .none)
        }
    }
}
