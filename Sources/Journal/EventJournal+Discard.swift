import GRDB
import Time

extension EventJournal {
    /// Gives dead letters up, for a reason that stays with them; all in one commit.
    ///
    /// An opt-out that is given up stays overdue until it is replayed with success or accepted.
    ///
    /// - Parameters:
    ///   - letters: The events as they were read; one that has moved on since is left alone. A few hundred at a time.
    ///   - reason: Why, in words.
    /// - Returns: What became of each, in order.
    /// - Throws: `JournalError`; then nothing is recorded.
    package func discard(_ letters: [DeadLetter], reason: String) async throws(JournalError) -> [DecisionOutcome] {
        try await decide(.discarded, letters, reason: reason, against: \.reasonAgainstDiscard) { letter, now, db in
            try db.cachedStatement(
                sql: """
                    UPDATE event SET state = 'discarded', discard_reason = ?, finalized_at = ?
                    WHERE id = ? AND claim = ? AND state = 'dead'
                    """
            )
            .execute(arguments: [reason, now, letter.eventID, letter.claim])
        }
    }

    /// Accepts that opt-outs, dead or given up, were not carried out: they are not overdue any more.
    ///
    /// - Parameters:
    ///   - letters: The events as they were read; one that has moved on since is left alone.
    ///   - reason: Why, in words; it stays with the event until that is replayed.
    /// - Returns: What became of each, in order.
    /// - Throws: `JournalError`; then nothing is recorded.
    package func accept(_ letters: [DeadLetter], reason: String) async throws(JournalError) -> [DecisionOutcome] {
        try await decide(.accepted, letters, reason: reason, against: \.reasonAgainstAcceptance) { letter, _, db in
            try db.cachedStatement(
                sql: """
                    UPDATE event SET accepted_reason = ?
                    WHERE id = ? AND claim = ? AND state = ? AND state IN ('dead', 'discarded') AND opt_out = 1
                        AND erased_at IS NULL
                    """
            )
            .execute(arguments: [reason, letter.eventID, letter.claim, letter.state])
        }
    }

    /// Gives one dead letter up.
    ///
    /// - Throws: `JournalError.notFound` when the event is not a dead letter.
    package func discard(_ eventID: Int64, reason: String) async throws(JournalError) {
        let outcomes = try await discard(reader.letters(of: [eventID]), reason: reason)
        guard outcomes == [.done(addedEvents: 0)] else {
            throw .notFound("dead letter \(eventID) (see `dead-letters list`)")
        }
    }

    private func decide(
        _ decision: Decision,
        _ letters: [DeadLetter],
        reason: String,
        against refusal: @escaping @Sendable (DeadLetter) -> String?,
        _ update: @escaping @Sendable (DeadLetter, _ now: Int64, Database) throws -> Void
    ) async throws(JournalError) -> [DecisionOutcome] {
        try await write { [time] db in
            let now = time.read().wall
            return try letters.map { letter in
                if let sentence = refusal(letter) { return .refused(sentence) }
                try update(letter, now, db)
                guard db.changesCount == 1 else { return .changed }
                try DecisionTable.record(decision, of: letter, reason: reason, now: now, db)
                return .done(addedEvents: 0)
            }
        }
    }
}
