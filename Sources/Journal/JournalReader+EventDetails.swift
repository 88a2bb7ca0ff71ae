import Foundation
import GRDB
import Time

extension JournalReader {
    /// Everything about one event, in sections: `event`, `callback`, `attempt`, `effect`, `request`, `decision`.
    ///
    /// Each section's rows are in the order in which they came to be. An effect holds what was sent (`fields`), what stood
    /// there before and the answer (`status_code`, `error_text`); `request` is what was asked of GetResponse for the event.
    /// A callback that was pruned or erased says so in its state, and has neither query nor body.
    ///
    /// - Returns: All sections, also those without rows.
    /// - Throws: `JournalError.notFound` where there is no such event.
    package func eventDetails(_ eventID: Int64) async throws(JournalError) -> [(section: String, rows: [TableRow])] {
        try await read { db in
            let found = try Self.detailSections.map { section, sql in
                (
                    section: section,
                    rows: try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [eventID])
                        .map(TableRow.init(readable:))
                )
            }
            guard found.contains(where: { $0.section == "event" && !$0.rows.isEmpty }) else {
                throw JournalError.notFound("event \(eventID)")
            }
            return found
        }
    }

    static let detailSections: [(section: String, sql: String)] = [
        (
            "event",
            """
            SELECT id, action, source, person, previous_person, contact_id, list_id, occurred_at, received_at,
                (SELECT name FROM lane WHERE number = event.lane) AS lane, opt_out, state, outcome, claim, attempt, redrive,
                available_at, waits_for, held_by, lease_owner, lease_until, last_error, discard_reason, accepted_reason,
                finalized_at, pruned_at, idempotency_key, payload
            FROM event WHERE id = ?
            """
        ),
        (
            "callback",
            """
            SELECT c.id, c.received_at, c.source, c.method, c.content_type, c.webhook_id, c.webhook_type, c.token_label,
                c.remote_address, c.state, d.position, d.duplicate, c.query, c.body
            FROM delivery AS d JOIN callback AS c ON c.id = d.callback_id WHERE d.event_id = ? ORDER BY c.id, d.position
            """
        ),
        (
            "attempt",
            """
            SELECT claim, number, worker, started_at, finished_at, outcome, error_class, error_text, choice,
                requests_used
            FROM attempt WHERE event_id = ? ORDER BY id
            """
        ),
        (
            "effect",
            """
            SELECT f.id, f.kind, f.request_id, f.object, f.record_id, f.external_key, f.fields, f.before, f.state,
                f.status_code, f.created_record, f.error_text, f.mapping_version, f.planned_at, f.sent_at,
                f.confirmed_at, f.verified_at, f.idempotency_key
            FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id WHERE ee.event_id = ? ORDER BY f.id
            """
        ),
        (
            "request",
            """
            SELECT id, purpose, granted_at, worker, status, finished_at
            FROM api_request WHERE event_id = ? ORDER BY id
            """
        ),
        (
            "decision",
            """
            SELECT id, decided_at, decision, from_state, attempts, from_raw, redrive, reason, detail
            FROM decision WHERE event_id = ? ORDER BY id
            """
        ),
    ]
}

extension TableRow {
    /// The row with the bytes of a body as text that can be read.
    fileprivate init(readable row: Row) {
        self.init(row: row)
        for (index, value) in row.databaseValues.enumerated() {
            if case .blob(let data) = value.storage { cells[index] = .text(ReadableBytes.text(of: data)) }
        }
    }
}
