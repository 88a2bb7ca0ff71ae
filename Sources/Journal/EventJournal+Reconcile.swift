import GRDB
package import Model
import Time

extension JournalReader {
    /// The last search for removed contacts, finished or not; nil before the first.
    package func reconcileCheckpoint() async throws(JournalError) -> ReconcileCheckpoint? {
        try await read(ReconcileTable.checkpoint(_:))
    }

    /// What would become of these removals, and nothing is written.
    package func verdicts(
        on removals: [Removal],
        since: Timestamp?
    ) async throws(JournalError) -> [RemovalVerdict] {
        try await read { [names] db in
            try removals.map { try RemovalTable.verdict(on: $0, since: since, names: names, db) }
        }
    }
}

extension EventJournal {
    /// Takes the turn to search for removed contacts.
    ///
    /// A search that was cut short is gone on with, by its own runner at once and by another when it has stood still for
    /// `patience`. A new one begins `interval` after the last began, or after the journal was made: before, nothing can be
    /// missing.
    ///
    /// - Parameters:
    ///   - runner: Who searches.
    ///   - interval: How often; nil begins at once, and takes over from whoever is at it.
    ///   - patience: How long a search may stand still.
    /// - Returns: Where to go on.
    /// - Throws: `JournalError`.
    package func takeReconcileTurn(
        runner: String,
        interval: Duration?,
        patience: Duration = .seconds(120)
    ) async throws(JournalError) -> ReconcileTurn {
        let now = time.read().wall
        let turn: @Sendable (Database) throws -> ReconcileTurn = { db in
            try ReconcileTable.turn(runner: runner, interval: interval, patience: patience, now: now, db)
        }
        // Asked every few seconds: most of the time a read is enough.
        guard try await reader.read(turn) != .rest else { return .rest }
        return try await write { db in
            let result = try turn(db)
            if case .start(let checkpoint) = result { try ReconcileTable.store(checkpoint, now: now, db) }
            return result
        }
    }

    /// Appends what is missing of a page's removals and remembers how far the search has come, in one commit.
    ///
    /// - Parameters:
    ///   - removals: The page's removals that opt out.
    ///   - since: Only what was removed later is appended; nil for all.
    ///   - checkpoint: Where the search is then; the verdicts are added to its counts.
    /// - Returns: The checkpoint as stored; nil when the search is another's by now, and then nothing was written.
    /// - Throws: `JournalError`; then nothing was written either.
    package func appendRemovals(
        _ removals: [Removal],
        since: Timestamp?,
        checkpoint: ReconcileCheckpoint
    ) async throws(JournalError) -> ReconcileCheckpoint? {
        try await write { [time, chain] db in
            let now = time.read().wall
            guard try ReconcileTable.checkpoint(db)?.runner == checkpoint.runner else { return nil }
            var checkpoint = checkpoint
            checkpoint.movedAt = Timestamp(milliseconds: now)
            var missing: [NewCallback] = []
            var keys: Set<String> = []
            for removal in removals {
                var verdict = try RemovalTable.verdict(on: removal, since: since, names: chain.names, db)
                // A page can name a removal twice when others were added while it was asked for.
                if verdict == .missing, let key = removal.callback.webhookID, !keys.insert(key).inserted {
                    verdict = .known
                }
                if verdict == .missing { missing.append(removal.callback) }
                checkpoint.count(verdict)
            }
            if !missing.isEmpty { _ = try CallbackTable.append(missing, to: db, chain: chain) }
            try ReconcileTable.store(checkpoint, now: now, db)
            return checkpoint
        }
    }
}

/// The row of `checkpoint` that holds the search.
private enum ReconcileTable {
    private static let name = "reconcile"

    static func checkpoint(_ db: Database) throws -> ReconcileCheckpoint? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM checkpoint WHERE name = ?"),
            arguments: [name]
        ).map { try JSONText.decode(ReconcileCheckpoint.self, from: $0) }
    }

    static func store(_ checkpoint: ReconcileCheckpoint, now: Int64, _ db: Database) throws {
        try CheckpointTable.set(name, to: try JSONText.encode(checkpoint), now: now, db)
    }

    static func turn(
        runner: String,
        interval: Duration?,
        patience: Duration,
        now: Int64,
        _ db: Database
    ) throws -> ReconcileTurn {
        let fresh = ReconcileCheckpoint(runner: runner, startedAt: Timestamp(milliseconds: now))
        guard var last = try checkpoint(db) else {
            let created = try JournalCreation.time(db) ?? now
            return isDue(created, interval, now: now) ? .start(fresh) : .rest
        }
        if last.finishedAt != nil {
            return isDue(last.startedAt.milliseconds, interval, now: now) ? .start(fresh) : .rest
        }
        guard last.runner == runner || isDue(last.movedAt.milliseconds, interval.map { _ in patience }, now: now)
        else { return .rest }
        last.runner = runner
        last.movedAt = Timestamp(milliseconds: now)
        return .start(last)
    }

    /// A time in the future was noted before the clock was set back.
    private static func isDue(_ last: Int64, _ interval: Duration?, now: Int64) -> Bool {
        guard let interval else { return true }
        return last <= now - interval.wholeMilliseconds || last > now
    }
}
