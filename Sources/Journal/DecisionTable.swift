import GRDB
import Time

/// What a person decided about an event: the value of `decision.decision`.
enum Decision: String, Sendable {
    case replayed
    case discarded
    case accepted
}

/// The statements of `decision`.
enum DecisionTable {
    /// Notes a decision; the event holds only the last one.
    ///
    /// `letter` is the event as it was before. Only a replay has no reason; `redecoded` says what its callback says now,
    /// where that was decoded again, and `redrive` is the generation of effects from now on.
    static func record(
        _ decision: Decision,
        of letter: DeadLetter,
        reason: String? = nil,
        redecoded: String? = nil,
        redrive: Int? = nil,
        now: Int64,
        _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO decision (
                    event_id, decided_at, decision, from_state, attempts, from_raw, redrive, reason, detail
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        .execute(arguments: [
            letter.eventID, now, decision.rawValue, letter.state, letter.attempts, redecoded != nil,
            redrive ?? letter.redrive, reason, redecoded,
        ])
    }
}
