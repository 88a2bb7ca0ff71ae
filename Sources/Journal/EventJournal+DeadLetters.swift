import GRDB
import Time

extension JournalReader {
    /// Rows of `dead_letter`, by the time of death.
    package func deadLetters(limit: Int = 1000) async throws(JournalError) -> [TableRow] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM dead_letter ORDER BY died_at, event_id LIMIT ?",
                arguments: [limit]
            )
            .map(TableRow.init(row:))
        }
    }

    /// Everything about one event, in sections: `event`, `callback`, `attempt`, `effect`.
    ///
    /// - Throws: `JournalError.notFound` where there is no such event.
    package func eventDetails(_ eventID: Int64) async throws(JournalError) -> [(section: String, rows: [TableRow])] {
        let sections = [
            (
                "event",
                """
                SELECT id, action, source, person, contact_id, list_id, occurred_at, received_at, state, outcome, attempt,
                    available_at, waits_for, last_error, discard_reason, finalized_at, payload
                FROM event WHERE id = ?
                """
            ),
            (
                "callback",
                """
                SELECT c.id, c.received_at, c.source, c.method, c.content_type, c.webhook_id, c.state, d.position, d.duplicate,
                    c.query, CAST(c.body AS TEXT) AS body
                FROM delivery AS d JOIN callback AS c ON c.id = d.callback_id WHERE d.event_id = ? ORDER BY c.id
                """
            ),
            (
                "attempt",
                """
                SELECT number, worker, started_at, finished_at, outcome, error_class, error_text, requests_used
                FROM attempt WHERE event_id = ? ORDER BY id
                """
            ),
            (
                "effect",
                """
                SELECT f.id, f.kind, f.object, f.record_id, f.external_key, f.fields, f.before, f.state, f.status_code,
                    f.error_text, f.planned_at, f.sent_at, f.confirmed_at, f.verified_at
                FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id WHERE ee.event_id = ? ORDER BY f.id
                """
            ),
        ]
        return try await read { db in
            let found = try sections.map { section, sql in
                (section: section, rows: try Row.fetchAll(db, sql: sql, arguments: [eventID]).map(TableRow.init(row:)))
            }
            guard !found[0].rows.isEmpty else { throw JournalError.notFound("event \(eventID)") }
            return found
        }
    }
}

extension EventJournal {
    /// Gives a dead letter another life, with a fresh count of attempts.
    ///
    /// The history is kept, and confirmed effects are not sent again.
    ///
    /// - Throws: `JournalError.notFound` when the event is not a dead letter, or can't run because it was never decoded.
    package func replay(_ eventID: Int64) async throws(JournalError) {
        try await write { [time] db in
            try db.execute(
                sql: """
                    UPDATE event SET state = 'available', attempt = 0, available_at = ?, finalized_at = NULL
                    WHERE id = ? AND state = 'dead' AND action <> 'unknown'
                    """,
                arguments: [time.read().wall, eventID]
            )
            guard db.changesCount == 1 else {
                throw JournalError.notFound("dead letter \(eventID) that could be replayed (see `dead-letters list`)")
            }
        }
    }

    /// Gives a dead letter up, for a reason that stays with it.
    ///
    /// - Throws: `JournalError.notFound` when the event is not a dead letter.
    package func discard(_ eventID: Int64, reason: String) async throws(JournalError) {
        try await write { [time] db in
            try db.execute(
                sql: """
                    UPDATE event SET state = 'discarded', discard_reason = ?, finalized_at = ?
                    WHERE id = ? AND state = 'dead'
                    """,
                arguments: [reason, time.read().wall, eventID]
            )
            guard db.changesCount == 1 else {
                throw JournalError.notFound("dead letter \(eventID) (see `dead-letters list`)")
            }
        }
    }
}
