import GRDB
import Time

extension EventJournal {
    /// Makes sure that the journal can be written, for health checks: when the last write failed, a small one is tried.
    ///
    /// - Throws: `JournalError.busy` or `.unwritable`.
    package func checkWritable() async throws(JournalError) {
        guard health.isDoubtful else { return }
        let now = time.read().wall
        try await write { db in
            // Another value each time, so that something has to reach the disk.
            try db.execute(
                sql: """
                    INSERT INTO setting (key, value, updated_at) VALUES ('journal.writtenAt', ?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                    """,
                arguments: [String(now), now]
            )
        }
    }
}
