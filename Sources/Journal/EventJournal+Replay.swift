import GRDB
import Time

extension EventJournal {
    /// Gives dead letters another life, with a fresh count of attempts; all in one commit.
    ///
    /// The history is kept. Confirmed effects are not sent again unless `isForced`, which opens the next generation of the
    /// effects' keys, so that a second forced replay sends again what the first one did. An opt-out waits in the compliance
    /// lane. Consent is not recorded twice.
    ///
    /// - Parameters:
    ///   - orders: The events as they were read, each with what its callback says by the decoding of now where that is to
    ///     replace its contents. One that has moved on since is left alone. A few hundred at a time.
    ///   - isForced: Whether confirmed effects are sent again.
    ///   - duplicateWindow: How far apart the same content without a delivery id counts as the same event.
    /// - Returns: What became of each, in order.
    /// - Throws: `JournalError`; then nothing is recorded.
    package func replay(
        _ orders: [ReplayOrder],
        isForced: Bool = false,
        duplicateWindow: Duration = .seconds(600)
    ) async throws(JournalError) -> [DecisionOutcome] {
        try await write { [time, chain] db in
            let now = time.read().wall
            var added: [Int64: Int] = [:]
            return try orders.map { order in
                let letter = order.letter
                if let reason = letter.reasonAgainstReplay(isFromRaw: order.redecoding != nil) {
                    return .refused(reason)
                }
                guard let redecoding = order.redecoding else {
                    let isDone = try EventTable.revive(letter, isForced: isForced, now: now, db)
                    if isDone {
                        let redrive = letter.redrive + (isForced ? 1 : 0)
                        try DecisionTable.record(.replayed, of: letter, redrive: redrive, now: now, db)
                    }
                    return isDone ? .done(addedEvents: 0) : .changed
                }
                let replay = RawReplay(
                    letter: letter,
                    redecoding: redecoding,
                    isForced: isForced,
                    window: duplicateWindow,
                    now: now,
                    chain: chain
                )
                let outcome = try replay.perform(db)
                let callback = redecoding.decoded.callback
                guard outcome.isDone, added[callback.id] == nil else { return outcome }
                let count = try replay.insertFurtherElements(db)
                added[callback.id] = count
                return outcome.adding(count)
            }
        }
    }

    /// Gives one dead letter another life as it is.
    ///
    /// - Throws: `JournalError.notFound` when the event is not dead or discarded, or can't run because it was never decoded.
    package func replay(_ eventID: Int64, isForced: Bool = false) async throws(JournalError) {
        let orders = try await reader.letters(of: [eventID]).map { ReplayOrder(letter: $0) }
        guard try await replay(orders, isForced: isForced) == [.done(addedEvents: 0)] else {
            throw .notFound("dead letter \(eventID) that could be replayed (see `dead-letters list`)")
        }
    }
}

extension EventTable {
    /// What brings an event back: as new, but for its history.
    ///
    /// A follow-up whose contact's details were pruned since asks for them again, or it would be taken for one whose contact is
    /// gone.
    static let revival = """
        state = iif(\(lacksProfile), 'snoozed', 'available'), waits_for = iif(\(lacksProfile), 'profile', NULL),
        attempt = 0, finalized_at = NULL, outcome = NULL, discard_reason = NULL, accepted_reason = NULL
        """

    private static let lacksProfile = """
        action = 'enrich' AND contact_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM profile AS p WHERE p.contact_id = event.contact_id AND p.details IS NOT NULL)
        """

    static let reviveSQL = """
        UPDATE event SET \(revival), available_at = ?, redrive = redrive + ?, lane = iif(opt_out = 1, 0, lane)
        WHERE id = ? AND claim = ? AND state = ? AND state IN ('dead', 'discarded') AND erased_at IS NULL
        """

    /// Brings an event back as it is.
    ///
    /// - Returns: Whether it still was as it had been read.
    static func revive(_ letter: DeadLetter, isForced: Bool, now: Int64, _ db: Database) throws -> Bool {
        try db.cachedStatement(sql: reviveSQL)
            .execute(arguments: [now, isForced ? 1 : 0, letter.eventID, letter.claim, letter.state])
        return db.changesCount == 1
    }
}
