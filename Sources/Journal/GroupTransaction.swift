import GRDB

/// Several writes in one transaction, each in a savepoint of its own.
enum GroupTransaction {
    /// How long a transaction goes on taking up writes: other processes, ingest above all, wait for the lock meanwhile.
    private static let patience: Duration = .milliseconds(20)

    /// Performs the first of the writes; the caller commits.
    ///
    /// - Parameters:
    ///   - writes: At least one, in the order of their arrival.
    ///   - db: The connection, inside a transaction.
    /// - Returns: How many were performed: one that failed is undone and counts.
    /// - Throws: `JournalError` when the file can't be written: then SQLite may have given up the whole transaction, and what
    ///   it holds of the file is not to be trusted.
    static func perform(_ writes: [any PendingWrite], _ db: Database) throws -> Int {
        let start = ContinuousClock.now
        var count = 0
        for write in writes {
            if count > 0, start.duration(to: .now) > patience { break }
            try db.cachedStatement(sql: "SAVEPOINT one_write").execute()
            let failure = write.perform(db)
            if let failure, failure.poisonsConnection { throw failure }
            guard db.isInsideTransaction else {
                throw JournalError.unwritable("SQLite gave up the transaction of \(writes.count) writes")
            }
            if failure != nil { try db.cachedStatement(sql: "ROLLBACK TO one_write").execute() }
            try db.cachedStatement(sql: "RELEASE one_write").execute()
            count += 1
        }
        return count
    }
}
