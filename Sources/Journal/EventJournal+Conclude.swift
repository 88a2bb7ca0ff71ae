import Foundation
import GRDB
import Model
import Time

extension EventJournal {
    /// Records how a try ended, with everything that goes with it, in one commit.
    ///
    /// - Parameters:
    ///   - ticket: The right to the event.
    ///   - conclusion: How the try ended.
    ///   - results: What became of the effects of this try.
    ///   - followUp: The enrichment that a completed subscribe asks for.
    ///   - choice: Which of several records the try took, and why; nil where there was nothing to choose.
    ///   - followers: Events of the same person that were carried out together with it, in their order. Each gets a try of its
    ///     own; from the first that is not next any more they are left to tries of their own.
    /// - Returns: How many of the followers were completed.
    /// - Throws: `JournalError.leaseLost` when the event is somebody else's by now; then nothing is recorded.
    @discardableResult
    package func conclude(
        _ ticket: ClaimTicket,
        with conclusion: EventConclusion,
        results: [EffectResult] = [],
        followUp: EnrichFollowUp? = nil,
        choice: String? = nil,
        followers: [FollowerEnding] = []
    ) async throws(JournalError) -> Int {
        try await write { [time] db in
            let reading = time.read()
            let now = reading.wall
            try EventTable.end(ticket, now: now, with: EventTable.Ending(conclusion, now: now), choice: choice, db)
            for result in results {
                try EffectTable.record(result, now: now, db)
            }
            if let followUp {
                try EventTable.insertEnrichment(of: ticket.eventID, contactID: followUp.contactID, now: now, db)
            }
            var completed = 0
            for follower in followers {
                guard try EventTable.complete(follower, now: reading, db) else { break }
                completed += 1
                if let followUp = follower.followUp {
                    let eventID = follower.event.ticket.eventID
                    try EventTable.insertEnrichment(of: eventID, contactID: followUp.contactID, now: now, db)
                }
            }
            return completed
        }
    }
}

extension EventTable {
    /// What a try's end writes into `event` and `attempt`.
    struct Ending {
        var state: String
        var attemptOutcome: String
        var availableAt: Int64
        var isCharged: Bool
        var heldBy: String?
        var outcome: String?
        var errorClass: ErrorClass?
        var errorText: String?
        /// A word on the try that is no error.
        var note: String?

        init(
            state: String,
            attemptOutcome: String,
            availableAt: Int64,
            isCharged: Bool,
            heldBy: String? = nil,
            outcome: String? = nil,
            errorClass: ErrorClass? = nil,
            errorText: String? = nil,
            note: String? = nil
        ) {
            self.state = state
            self.attemptOutcome = attemptOutcome
            self.availableAt = availableAt
            self.isCharged = isCharged
            self.heldBy = heldBy
            self.outcome = outcome
            self.errorClass = errorClass
            self.errorText = errorText
            self.note = note
        }

        init(_ conclusion: EventConclusion, now: Int64) {
            switch conclusion {
            case .completed(let outcome, let note):
                self.init(
                    state: "completed",
                    attemptOutcome: "completed",
                    availableAt: now,
                    isCharged: true,
                    outcome: outcome,
                    note: note
                )
            case .retry(let time, let errorClass, let text):
                self.init(
                    state: "retryable",
                    attemptOutcome: "retry",
                    availableAt: time.milliseconds,
                    isCharged: true,
                    errorClass: errorClass,
                    errorText: text
                )
            case .snoozed(let time, let errorClass, let text):
                self.init(
                    state: "snoozed",
                    attemptOutcome: "snoozed",
                    availableAt: time.milliseconds,
                    isCharged: false,
                    errorClass: errorClass,
                    errorText: text
                )
            case .held(let pause, let time, let errorClass, let text):
                self.init(
                    state: "snoozed",
                    attemptOutcome: "snoozed",
                    availableAt: time.milliseconds,
                    isCharged: false,
                    heldBy: pause.name,
                    errorClass: errorClass,
                    errorText: text
                )
            case .dead(let errorClass, let text):
                self.init(
                    state: "dead",
                    attemptOutcome: "dead",
                    availableAt: now,
                    isCharged: true,
                    errorClass: errorClass,
                    errorText: text
                )
            case .interrupted:
                self.init(
                    state: "available",
                    attemptOutcome: "interrupted",
                    availableAt: now,
                    isCharged: false,
                    errorText: "The worker was told to stop."
                )
            }
        }

        var isFinal: Bool { state == "completed" || state == "dead" }
    }

    /// Appends a try to `attempt` and ends it, both under the fence.
    ///
    /// - Parameters:
    ///   - ticket: The right to the event.
    ///   - now: The end of the try, in wall time.
    ///   - startedAt: Its start, where that was not the claim.
    ///   - ending: What to write.
    ///   - choice: Which of several records it took, and why.
    ///   - db: The connection, inside a transaction.
    /// - Throws: `JournalError.leaseLost` unless the ticket still holds the event.
    static func end(
        _ ticket: ClaimTicket,
        now: Int64,
        startedAt: Int64? = nil,
        with ending: Ending,
        choice: String? = nil,
        _ db: Database
    ) throws {
        // Before the row's own values are cleared.
        try BoundStatement(db.cachedStatement(sql: insertAttemptSQL)).run { values in
            values.bind(ticket.eventID)
            values.bind(ticket.claim)
            values.bind(ticket.owner)
            values.bind(startedAt)
            values.bind(now)
            values.bind(ending.attemptOutcome)
            values.bind(ending.errorClass?.rawValue)
            values.bind(ending.errorText ?? ending.note)
            values.bind(choice)
        }
        guard db.changesCount == 1 else { throw JournalError.leaseLost(eventID: ticket.eventID) }
        try BoundStatement(db.cachedStatement(sql: endSQL)).run { values in
            values.bind(ending.state)
            values.bind(ending.isCharged ? 0 : 1)
            values.bind(ending.availableAt)
            values.bind(ending.outcome)
            values.bind(ending.errorText)
            values.bind(ending.isFinal ? now : nil)
            values.bind(ending.heldBy)
            values.bind(ticket.eventID)
            values.bind(ticket.claim)
            values.bind(ticket.owner)
        }
        guard db.changesCount == 1 else { throw JournalError.leaseLost(eventID: ticket.eventID) }
    }

    /// The fence of both statements: nothing is written unless the ticket still holds the event.
    private static let insertAttemptSQL = """
        INSERT INTO attempt (
            event_id, claim, number, worker, started_at, finished_at, outcome, error_class, error_text, choice, requests_used
        )
        SELECT
            id, claim, attempt, lease_owner, coalesce(?4, claimed_at), ?5, ?6, ?7, ?8, ?9,
            (SELECT count(*) FROM api_request WHERE event_id = ?1)
                - (SELECT coalesce(sum(requests_used), 0) FROM attempt WHERE event_id = ?1)
        FROM event WHERE id = ?1 AND claim = ?2 AND lease_owner = ?3 AND state = 'running'
        """

    private static let endSQL = """
        UPDATE event SET
            state = ?, attempt = attempt - ?, available_at = ?, outcome = ?, last_error = coalesce(?, last_error),
            finalized_at = ?, held_by = ?, claimed_at = NULL, lease_owner = NULL, lease_until = NULL, lease_boot_id = NULL,
            lease_until_boot = NULL
        WHERE id = ? AND claim = ? AND lease_owner = ? AND state = 'running'
        """

    /// Adds the follow-up of a subscribe unless one for the contact is waiting already: that will bring the same details, and
    /// is as urgent from now on as the more urgent of the two.
    static func insertEnrichment(of eventID: Int64, contactID: String, now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE event SET lane = (SELECT lane FROM event WHERE id = ?1)
                WHERE contact_id = ?2 AND waits_for = 'profile' AND lane > (SELECT lane FROM event WHERE id = ?1)
                """
        )
        .execute(arguments: [eventID, contactID])
        try db.cachedStatement(
            sql: """
                INSERT INTO event (
                    idempotency_key, content_key, content_seen_at, action, source, person, contact_id, list_id, occurred_at,
                    received_at, payload, lane, opt_out, state, available_at, waits_for
                )
                SELECT
                    'enrich:' || id, '', 0, 'enrich', source, person, ?3, list_id, occurred_at, ?1, payload,
                    lane, 0, 'snoozed', ?1, 'profile'
                FROM event AS cause
                WHERE cause.id = ?2 AND NOT EXISTS (
                    SELECT 1 FROM event AS waiting
                    WHERE waiting.contact_id = ?3 AND waiting.state = 'snoozed' AND waiting.waits_for = 'profile')
                ON CONFLICT (idempotency_key) DO NOTHING
                """
        )
        .execute(arguments: [now, eventID, contactID])
    }
}
