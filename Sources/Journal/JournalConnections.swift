import CSQLiteShim
import GRDB
import Model

/// How the journal's connections are opened.
enum JournalConnections {
    /// How long a reader waits for SQLite's own locks, which it needs only around recovery.
    static let readerPatience: Duration = .seconds(5)
    /// How long a writer waits for a foreign program's transaction, once it has our own lock.
    static let writerPatience: Duration = .milliseconds(500)

    /// Readers look up single rows by index.
    private static let readerCacheKiB = 2048
    /// The writer has the pages in use of every index of the queue, however long that is.
    private static let writerCacheKiB = 20_480

    static func configuration(readOnly: Bool = false) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(Double(readerPatience.wholeMilliseconds) / 1000)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA cache_size = -\(readerCacheKiB)")
            guard leadrelay_sqlite_no_checkpoint_on_close(UnsafeMutableRawPointer(db.sqliteConnection)) == 0 else {
                throw JournalError.unusable("SQLite refused to switch off the checkpoint at closing.")
            }
        }
        return configuration
    }

    /// Opens the file for writing; the caller holds the journal's lock, since GRDB commits when it finds an empty WAL.
    static func open(_ configuration: JournalConfiguration) throws -> DatabasePool {
        let pool = try DatabasePool(path: configuration.path, configuration: Self.configuration())
        try pool.writeWithoutTransaction { db in
            // GRDB sets NORMAL after `prepareDatabase`, which loses acknowledged rows at a power cut.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                throw JournalError.unusable("SQLite refused PRAGMA synchronous = FULL; nothing could be acknowledged.")
            }
            // What a person's erasure takes away must not stay in the file. On every connection that writes, since any of them
            // may be the one that leaves a copy behind; Debian's SQLite has it on anyway.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try db.execute(sql: "PRAGMA cache_size = -\(writerCacheKiB)")
            try setPatience(writerPatience, db)
        }
        return pool
    }

    static func setPatience(_ patience: Duration, _ db: Database) throws {
        try db.execute(sql: "PRAGMA busy_timeout = \(patience.wholeMilliseconds)")
    }
}
