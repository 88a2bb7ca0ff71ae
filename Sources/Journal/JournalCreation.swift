import GRDB
package import Model
import Time

/// When the journal was made: what happened before is history that nobody told it.
enum JournalCreation {
    private static let name = "journal.created"

    /// Notes the time of a new file once; of an older one that is the receipt of its first callback.
    static func note(now: Int64, _ db: Database) throws {
        guard try time(db) == nil else { return }
        let first = try Int64.fetchOne(db, sql: "SELECT received_at FROM callback ORDER BY id LIMIT 1")
        try CheckpointTable.set(name, to: String(min(first ?? now, now)), now: now, db)
    }

    static func time(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT CAST(value AS INTEGER) FROM checkpoint WHERE name = ?", arguments: [name])
    }
}

extension JournalReader {
    /// When the journal was made.
    package func createdAt() async throws(JournalError) -> Timestamp {
        try await read { [time] db in Timestamp(milliseconds: try JournalCreation.time(db) ?? time.read().wall) }
    }
}
