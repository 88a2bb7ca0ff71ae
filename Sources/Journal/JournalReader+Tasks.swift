import GRDB
package import Model

/// What is known of the Task of an open or click, and of the person's others.
package struct TaskStanding: Hashable, Sendable {
    /// What became of the Task for the sake of another event.
    package enum Telling: Hashable, Sendable {
        /// Nothing was written, or nothing is known to be under way.
        case none
        /// It was sent and nobody knows yet whether it arrived; this event will find out.
        case open(eventID: Int64)
        case written
    }

    package var telling: Telling
    /// Whether it was begun, be it for the event itself: then it is one of those that are counted, and is finished.
    package var isBegun: Bool
    /// How many other Tasks the person has of that day, those too of which nobody knows yet whether they arrived.
    package var othersOfDay: Int
}

extension JournalReader {
    /// What a group shares is the first one's: only that one is waited for, or each of them would wait for the others.
    static let taskByKeySQL = """
        SELECT
            f.state,
            (SELECT ee.event_id FROM effect_event AS ee WHERE ee.effect_id = f.id AND ee.event_id <> ?2 LIMIT 1),
            (SELECT e.id FROM effect_event AS ee JOIN event AS e ON e.id = ee.event_id
                WHERE ee.effect_id = f.id AND e.id <> ?2 AND e.finalized_at IS NULL
                    AND substr(f.idempotency_key, 1, length(e.idempotency_key) + 1) = e.idempotency_key || '#' LIMIT 1)
        FROM effect AS f INDEXED BY effect_task_by_key
        WHERE f.kind = 'task.create' AND f.state <> 'failed' AND f.external_key = ?1
        """

    static let tasksOfDaySQL = """
        SELECT count(*) FROM (
            SELECT DISTINCT external_key FROM effect INDEXED BY effect_task_by_day
            WHERE kind = 'task.create' AND state <> 'failed'
                AND person = ? AND json_extract(fields, '$.ActivityDate') = ? AND external_key <> ? LIMIT ?)
        """

    /// What is known of a Task and of the person's others of that day.
    ///
    /// Both are told by the effects: what was begun counts until Salesforce has said no.
    ///
    /// - Parameters:
    ///   - key: The Task's key.
    ///   - eventID: The event that asks.
    ///   - person: Whose Tasks are counted.
    ///   - day: The day of the event, as in `ActivityDate`.
    ///   - limit: How many are counted at most.
    /// - Returns: Both.
    /// - Throws: `JournalError` when the journal can't be read.
    package func taskStanding(
        key: String,
        eventID: Int64,
        person: Person,
        day: String,
        limit: Int
    ) async throws(JournalError) -> TaskStanding {
        try await read { db in
            let effects = try Row.fetchAll(db.cachedStatement(sql: Self.taskByKeySQL), arguments: [key, eventID])
            let others =
                try Int.fetchOne(
                    db.cachedStatement(sql: Self.tasksOfDaySQL),
                    arguments: [person.rawValue, day, key, limit]
                ) ?? 0
            let isWritten = effects.contains { $0[0] == "confirmed" && ($0[1] as Int64?) != nil }
            let isOpen = effects.first { ["sent", "unknown"].contains($0[0] as String) && ($0[2] as Int64?) != nil }
            return TaskStanding(
                telling: isWritten ? .written : isOpen.map { .open(eventID: $0[2]) } ?? .none,
                isBegun: !effects.isEmpty,
                othersOfDay: others
            )
        }
    }
}
