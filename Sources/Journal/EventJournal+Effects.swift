import Foundation
import GRDB
package import Model
import Time

extension EventJournal {
    /// Writes the effects of a try before their requests are sent.
    ///
    /// Required effects are recorded as `sent`, since their requests follow at once; best-effort ones as `planned`. A Task or
    /// an opt-out that an earlier try confirmed keeps its state and says so; any other change that is planned once more is sent
    /// once more.
    ///
    /// - Throws: `JournalError.leaseLost` when the event is somebody else's by now.
    package func beginEffects(
        _ intents: [EffectIntent],
        of event: ClaimedEvent,
        mappingVersion: String
    ) async throws(JournalError) -> [PlannedEffect] {
        try await beginEffects(
            intents.map { SharedIntent(intent: $0, event: event) },
            under: event.ticket,
            mappingVersion: mappingVersion,
            onlyNew: false
        ) ?? []
    }

    /// Writes the effects of a try that carries out several events before their requests are sent.
    ///
    /// - Parameters:
    ///   - shared: The changes, each with the events it serves.
    ///   - ticket: The right to the event in hand; the others follow it.
    ///   - mappingVersion: Which mapping they were planned with.
    ///   - onlyNew: True to write nothing when an effect with one of the keys is there: an earlier try began it with other
    ///     values, and would be taken for this one.
    /// - Returns: The effects in order; nil where `onlyNew` found one.
    /// - Throws: `JournalError.leaseLost` when the event is somebody else's by now.
    package func beginEffects(
        _ shared: [SharedIntent],
        under ticket: ClaimTicket,
        mappingVersion: String,
        onlyNew: Bool
    ) async throws(JournalError) -> [PlannedEffect]? {
        guard !shared.isEmpty else { return [] }
        return try await write { [time] db in
            try EventTable.requireLease(ticket, db)
            let now = time.read().wall
            if onlyNew {
                for effect in shared where try EffectTable.exists(key: effect.key, db) { return nil }
            }
            return try shared.map { try EffectTable.begin($0, mappingVersion: mappingVersion, now: now, db) }
        }
    }

    /// Records results while the event is still in hand.
    package func recordEffects(_ results: [EffectResult], of ticket: ClaimTicket) async throws(JournalError) {
        guard !results.isEmpty else { return }
        try await write { [time] db in
            try EventTable.requireLease(ticket, db)
            let now = time.read().wall
            for result in results {
                try EffectTable.record(result, now: now, db)
            }
        }
    }

    /// Notes that an effect is sent once more, now that looking for what it did has found nothing.
    package func noteResending(_ effectID: Int64, of ticket: ClaimTicket) async throws(JournalError) {
        try await write { [time] db in
            try EventTable.requireLease(ticket, db)
            try db.cachedStatement(sql: "UPDATE effect SET state = 'sent', sent_at = ? WHERE id = ?")
                .execute(arguments: [time.read().wall, effectID])
        }
    }

    /// What earlier tries of the events left without an end.
    package func openEffects(of eventIDs: [Int64]) async throws(JournalError) -> [OpenEffect] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT f.id, f.idempotency_key, f.kind, f.object, f.record_id, f.external_key, f.fields
                        FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
                        WHERE ee.event_id IN (SELECT value FROM json_each(?))
                            AND f.state IN ('planned', 'sent', 'unknown')
                        GROUP BY f.id ORDER BY f.id
                        """
                ),
                arguments: [try JSONText.encode(eventIDs)]
            ).map { row in
                OpenEffect(
                    id: row["id"],
                    idempotencyKey: row["idempotency_key"],
                    kind: row["kind"],
                    object: row["object"],
                    recordID: row["record_id"],
                    externalKey: row["external_key"],
                    fields: try JSONText.decode([String: FieldValue].self, from: row["fields"])
                )
            }
        }
    }
}

extension ClaimedEvent {
    /// The idempotency key of one of this event's effects; a forced replay opens a new generation.
    package func effectKey(of intent: EffectIntent) -> String {
        "\(idempotencyKey)#\(redrive):\(intent.keySuffix)"
    }
}

extension EventTable {
    /// - Throws: `JournalError.leaseLost` unless the ticket still holds the event.
    static func requireLease(_ ticket: ClaimTicket, _ db: Database) throws {
        let isHeld = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM event WHERE id = ? AND claim = ? AND lease_owner = ? AND state = 'running')
                    """
            ),
            arguments: [ticket.eventID, ticket.claim, ticket.owner]
        )
        guard isHeld == true else { throw JournalError.leaseLost(eventID: ticket.eventID) }
    }
}

/// The statements of `effect` and `effect_event`.
enum EffectTable {
    static func exists(key: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM effect WHERE idempotency_key = ?)"),
            arguments: [key]
        ) ?? false
    }

    /// Whether a write that an earlier try had confirmed needs no further one.
    ///
    /// A Task and an opt-out stay. What is planned again of a record's other values is not in place any more: something else of
    /// the person was applied in between, and the values of the last try are to stand.
    /// Nor is a record made twice that has no external id.
    private static let isSettled = """
        (state = 'confirmed' AND (
            kind IN ('task.create', 'optout.lead', 'optout.contact', 'optout.details')
            OR (created_record = 1 AND external_key IS NULL)))
        """

    static func begin(
        _ shared: SharedIntent,
        mappingVersion: String,
        now: Int64,
        _ db: Database
    ) throws -> PlannedEffect {
        let intent = shared.intent
        let state = intent.isBestEffort ? "planned" : "sent"
        let lastLoss = try db.cachedStatement(
            sql: "SELECT sent_at FROM effect WHERE idempotency_key = ? AND state IN ('sent', 'unknown')"
        )
        let lostAt = try shared.keysOfAllGenerations.compactMap { try Int64.fetchOne(lastLoss, arguments: [$0]) }.max()
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    INSERT INTO effect (
                        idempotency_key, kind, person, object, record_id, external_key, fields, before, mapping_version,
                        state, planned_at, sent_at
                    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (idempotency_key) DO UPDATE SET
                        fields = iif(\(isSettled), fields, excluded.fields),
                        before = iif(\(isSettled), before, excluded.before),
                        mapping_version = iif(\(isSettled), mapping_version, excluded.mapping_version),
                        sent_at = iif(\(isSettled) OR state IN ('sent', 'unknown'), sent_at, excluded.sent_at),
                        error_text = iif(\(isSettled), error_text, NULL),
                        verified_at = iif(\(isSettled), verified_at, NULL),
                        record_version = iif(\(isSettled), record_version, NULL),
                        state = iif(\(isSettled), state, excluded.state)
                    RETURNING id, state
                    """
            ),
            arguments: [
                shared.key, intent.kind.rawValue, shared.event.person?.rawValue, intent.object.rawValue,
                intent.recordID, intent.externalKey, try JSONText.encode(intent.fields),
                try JSONText.encode(intent.before), mappingVersion, state, now, intent.isBestEffort ? nil : now,
            ]
        )
        guard let row else { throw JournalError.database("no row came back for an effect") }
        let id: Int64 = row["id"]
        for event in [shared.event] + shared.followers {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO effect_event (effect_id, event_id) VALUES (?, ?)")
                .execute(arguments: [id, event.ticket.eventID])
        }
        return PlannedEffect(
            id: id,
            intent: intent,
            isConfirmed: row["state"] == "confirmed",
            lostAt: lostAt.map(Timestamp.init(milliseconds:))
        )
    }

    /// Lets the row follow what is known last: what a later look does not find is not verified any more.
    static func record(_ result: EffectResult, now: Int64, _ db: Database) throws {
        let isConfirmed = result.state == .confirmed
        try db.cachedStatement(
            sql: """
                UPDATE effect SET
                    state = ?, request_id = coalesce(?, request_id), fields = coalesce(?, fields),
                    status_code = coalesce(?, status_code), record_id = coalesce(?, record_id),
                    created_record = iif(created_record = 1, 1, coalesce(?, created_record)), error_text = ?,
                    sent_at = coalesce(?, sent_at, ?),
                    confirmed_at = coalesce(confirmed_at, ?), verified_at = iif(?, coalesce(?, verified_at), NULL),
                    record_version = coalesce(?, record_version)
                WHERE id = ?
                """
        )
        .execute(arguments: [
            result.state.rawValue, result.requestID, try result.fields.map { try JSONText.encode($0) },
            result.statusCode,
            result.recordID, result.created, result.errorText,
            result.sentAt?.milliseconds, now,
            isConfirmed ? result.confirmedAt?.milliseconds ?? now : nil, isConfirmed, result.verifiedAt?.milliseconds,
            result.recordVersion?.text, result.effectID,
        ])
    }

    /// After a death nobody knows whether the requests left.
    static func markOpenEffectsUnknown(eventID: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE effect SET state = 'unknown'
                WHERE state = 'sent' AND id IN (SELECT effect_id FROM effect_event WHERE event_id = ?)
                """
        )
        .execute(arguments: [eventID])
    }
}

extension EffectIntent {
    fileprivate var recordID: String? {
        guard case .record(let id) = target else { return nil }
        return id
    }

    fileprivate var externalKey: String? {
        guard case .externalID(_, let value) = target else { return nil }
        return value
    }
}
