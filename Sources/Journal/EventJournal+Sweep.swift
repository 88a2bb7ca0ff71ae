import GRDB
import Model
import Time

extension JournalReader {
    /// The last sweep, finished or not; nil before a worker first thought of it.
    package func sweepCheckpoint() async throws(JournalError) -> SweepCheckpoint? {
        try await read(SweepTable.checkpoint(_:))
    }
}

extension EventJournal {
    /// Takes the turn to sweep the org.
    ///
    /// A sweep that was cut short is gone on with, by its own runner at once and by another when it has stood still for
    /// `patience`. The first one begins `interval` after a worker first asked, each further one `interval` after the last began.
    ///
    /// - Parameters:
    ///   - runner: Who sweeps.
    ///   - interval: How often.
    ///   - fullInterval: How often every record is looked at.
    ///   - patience: How long a sweep may stand still.
    /// - Returns: Where to go on.
    /// - Throws: `JournalError`.
    package func takeSweepTurn(
        runner: String,
        interval: Duration,
        fullInterval: Duration,
        patience: Duration = .seconds(120)
    ) async throws(JournalError) -> SweepTurn {
        let now = Timestamp(milliseconds: time.read().wall)
        let turn: @Sendable (Database) throws -> SweepTurn? = { db in
            guard var last = try SweepTable.checkpoint(db) else { return nil }
            if last.finishedAt != nil {
                guard Self.isDue(last.startedAt, interval, now: now) else { return .rest }
                return .start(last.next(runner: runner, now: now, fullInterval: fullInterval))
            }
            guard last.runner == runner || Self.isDue(last.movedAt, patience, now: now) else { return .rest }
            last.runner = runner
            last.movedAt = now
            return .start(last)
        }
        // Asked every few seconds: most of the time a read is enough.
        guard try await reader.read(turn) != .rest else { return .rest }
        return try await write { db in
            guard let result = try turn(db) else {
                try SweepTable.store(SweepCheckpoint(runner: runner, notBefore: now), now: now, db)
                return .rest
            }
            if case .start(let checkpoint) = result { try SweepTable.store(checkpoint, now: now, db) }
            return result
        }
    }

    /// Appends what a page of a sweep found and remembers how far it has come, in one commit.
    ///
    /// - Parameters:
    ///   - callbacks: One for each drift, its `webhookID` being the drift's key; what is in the journal already is left out.
    ///   - checkpoint: Where the sweep is then.
    /// - Returns: How many were appended; nil when the sweep is another's by now, and then nothing was written.
    /// - Throws: `JournalError`; then nothing was written either.
    package func appendDrifts(
        _ callbacks: [NewCallback],
        checkpoint: SweepCheckpoint
    ) async throws(JournalError) -> Int? {
        try await write { [time, chain] db in
            let now = Timestamp(milliseconds: time.read().wall)
            guard try SweepTable.checkpoint(db)?.runner == checkpoint.runner else { return nil }
            let missing = try callbacks.filter { try !DriftTable.isKnown(key: $0.webhookID ?? "", db) }
            if !missing.isEmpty { _ = try CallbackTable.append(missing, to: db, chain: chain) }
            var checkpoint = checkpoint
            checkpoint.movedAt = now
            try SweepTable.store(checkpoint, now: now, db)
            return missing.count
        }
    }

    /// A time in the future was noted before the clock was set back.
    private static func isDue(_ last: Timestamp, _ interval: Duration, now: Timestamp) -> Bool {
        last.advanced(by: interval) <= now || last > now
    }
}

/// The row of `checkpoint` that holds the sweep.
enum SweepTable {
    private static let name = "sweep"

    static func checkpoint(_ db: Database) throws -> SweepCheckpoint? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM checkpoint WHERE name = ?"),
            arguments: [name]
        ).map { try JSONText.decode(SweepCheckpoint.self, from: $0) }
    }

    static func store(_ checkpoint: SweepCheckpoint, now: Timestamp, _ db: Database) throws {
        try CheckpointTable.set(name, to: try JSONText.encode(checkpoint), now: now.milliseconds, db)
    }
}
