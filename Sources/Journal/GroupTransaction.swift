import GRDB

/// Several writes in one transaction.
enum GroupTransaction {
    /// How long a transaction goes on taking up writes: other processes, ingest above all, wait for the lock meanwhile.
    private static let patience: Duration = .milliseconds(20)

    /// Performs and commits the first of the writes, as many as fit into a short transaction.
    ///
    /// All go well together nearly always, so they are tried without savepoints, in which SQLite would keep a copy of every
    /// page that each of them touches. When one fails, the transaction is rolled back and made again with a savepoint for
    /// each, so that it fails alone.
    ///
    /// - Parameters:
    ///   - writes: At least one, in the order of their arrival.
    ///   - db: The connection, outside of a transaction.
    /// - Returns: How many were performed: one that failed is undone and counts.
    /// - Throws: `JournalError` or GRDB's error when the transaction as a whole fails; then nothing is written.
    static func commit(_ writes: [any PendingWrite], _ db: Database) throws -> Int {
        var count = 0
        var isUndone = false
        try transaction(db) {
            count = try perform(writes) { write in
                let failure = try sound(write.perform(db), db)
                isUndone = failure != nil
                return !isUndone
            }
            return isUndone ? .rollback : .commit
        }
        // A write that is alone has failed alone.
        guard isUndone, writes.count > 1 else { return count }
        try transaction(db) {
            count = try perform(writes) { write in
                try db.cachedStatement(sql: "SAVEPOINT one_write").execute()
                if try sound(write.perform(db), db) != nil {
                    try db.cachedStatement(sql: "ROLLBACK TO one_write").execute()
                }
                try db.cachedStatement(sql: "RELEASE one_write").execute()
                return true
            }
            return .commit
        }
        return count
    }

    /// GRDB's own transaction compiles its statements each time.
    private static func transaction(
        _ db: Database,
        _ body: () throws -> Database.TransactionCompletion
    ) throws {
        try db.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
        do {
            switch try body() {
            case .commit: try db.cachedStatement(sql: "COMMIT").execute()
            case .rollback: try db.cachedStatement(sql: "ROLLBACK").execute()
            }
        } catch {
            // SQLite may have rolled it back itself, as it does when the disk is full.
            if db.isInsideTransaction { try? db.cachedStatement(sql: "ROLLBACK").execute() }
            throw error
        }
    }

    /// Goes through the writes until the time is over or `body` says no.
    private static func perform(
        _ writes: [any PendingWrite],
        _ body: (any PendingWrite) throws -> Bool
    ) throws -> Int {
        let start = ContinuousClock.now
        var count = 0
        for write in writes {
            if count > 0, start.duration(to: .now) > patience { break }
            count += 1
            guard try body(write) else { break }
        }
        return count
    }

    /// A failure that concerns its write alone.
    ///
    /// - Throws: When the file can't be written: then SQLite may have given up the whole transaction, and what it holds of
    ///   the file is not to be trusted.
    private static func sound(_ failure: JournalError?, _ db: Database) throws -> JournalError? {
        if let failure, failure.poisonsConnection { throw failure }
        guard db.isInsideTransaction else { throw JournalError.unwritable("SQLite gave up the transaction") }
        return failure
    }
}
