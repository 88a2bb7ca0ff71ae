import Crypto
package import Foundation
import GRDB
import Model
import Time

extension JournalReader {
    /// The last backfill of this name, finished or not; nil before the first.
    package func backfillCheckpoint(_ name: String) async throws(JournalError) -> BackfillCheckpoint? {
        try await read { db in try BackfillTable.checkpoint(name, db) }
    }

    /// Which of these contacts have not been appended as they are now.
    package func unknownHistory(_ callbacks: [NewCallback]) async throws(JournalError) -> [NewCallback] {
        try await read { db in try BackfillTable.missing(callbacks, db) }
    }
}

extension EventJournal {
    /// Takes a backfill over, or begins it.
    ///
    /// - Parameters:
    ///   - name: What is read: the same lists and the same start have the same name, and are gone on with.
    ///   - fresh: Where to begin if none of that name is unfinished.
    /// - Returns: Where to go on.
    /// - Throws: `JournalError`.
    package func takeBackfill(
        _ name: String,
        fresh: BackfillCheckpoint
    ) async throws(JournalError) -> BackfillCheckpoint {
        try await write { [time] db in
            var checkpoint = fresh
            if let last = try BackfillTable.checkpoint(name, db), last.finishedAt == nil {
                checkpoint = last
                checkpoint.runner = fresh.runner
            }
            try BackfillTable.store(checkpoint, name, now: time.read().wall, db)
            return checkpoint
        }
    }

    /// Appends what is missing of a page and remembers how far the backfill has come, in one commit.
    ///
    /// - Parameters:
    ///   - callbacks: The page's contacts; each one's `webhookID` is a hash over what it tells.
    ///   - name: The backfill's name.
    ///   - checkpoint: Where it is then; what is appended is added to its counts.
    /// - Returns: The checkpoint as stored; nil when the backfill is another's by now, and then nothing was written.
    /// - Throws: `JournalError`; then nothing was written either.
    package func appendHistory(
        _ callbacks: [NewCallback],
        of name: String,
        checkpoint: BackfillCheckpoint
    ) async throws(JournalError) -> BackfillCheckpoint? {
        try await write { [time, chain] db in
            guard try BackfillTable.checkpoint(name, db)?.runner == checkpoint.runner else { return nil }
            var checkpoint = checkpoint
            let missing = try BackfillTable.missing(callbacks, db)
            if !missing.isEmpty { _ = try CallbackTable.append(missing, to: db, chain: chain) }
            checkpoint.appended += missing.count
            try BackfillTable.store(checkpoint, name, now: time.read().wall, db)
            return checkpoint
        }
    }
}

extension NewCallback {
    /// The `webhookID` of a contact that a backfill found: the same contact, unchanged, is the same event.
    ///
    /// It is a hash, since that column outlives an erasure.
    package static func historyKey(of body: Data) -> String {
        let digits = SHA256.hash(data: body).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "backfill:" + digits.joined()
    }
}

/// The rows of `checkpoint` that hold backfills, and what they appended.
enum BackfillTable {
    static let appendedSQL = "SELECT EXISTS (SELECT 1 FROM callback WHERE source = 'backfill' AND webhook_id = ?)"

    static func checkpoint(_ name: String, _ db: Database) throws -> BackfillCheckpoint? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM checkpoint WHERE name = ?"),
            arguments: [name]
        ).map { try JSONText.decode(BackfillCheckpoint.self, from: $0) }
    }

    static func store(_ checkpoint: BackfillCheckpoint, _ name: String, now: Int64, _ db: Database) throws {
        try CheckpointTable.set(name, to: try JSONText.encode(checkpoint), now: now, db)
    }

    static func missing(_ callbacks: [NewCallback], _ db: Database) throws -> [NewCallback] {
        let appended = try db.cachedStatement(sql: appendedSQL)
        var keys: Set<String> = []
        return try callbacks.filter { callback in
            guard let key = callback.webhookID else { return true }
            return try keys.insert(key).inserted && Bool.fetchOne(appended, arguments: [key]) != true
        }
    }
}
