import CSQLiteShim
import Foundation
import GRDB
import Synchronization
package import Time

/// The SQLite file that everything durable lives in, and the only place that knows SQL.
///
/// Every write transaction and every checkpoint, of every process, runs under one advisory lock (`PATH.lock`): SQLite 3.7.0
/// to 3.51.2 can corrupt a WAL database when one process commits while another checkpoints. Automatic checkpoints are
/// therefore off on every connection, the closing one included.
package final class EventJournal: Sendable {
    package let configuration: JournalConfiguration
    let time: any TimeSource
    let chain: Chain
    private let pool: DatabasePool
    private let lock: FileLock
    /// The size of the write-ahead log at which a checkpoint is next worth trying.
    private let checkpointThreshold: Mutex<Int64>

    /// Opens the file for writing, makes it where there is none, and brings its schema up to date.
    ///
    /// - Throws: `JournalError.schemaTooNew` or `.schemaTooOld` for a schema that this binary can't serve, `.unusable` where
    ///   the path can't be opened, `.busy` where the lock is held for longer than the configured time.
    package init(configuration: JournalConfiguration, time: any TimeSource) throws(JournalError) {
        self.configuration = configuration
        self.time = time
        checkpointThreshold = Mutex(configuration.checkpointBytes)
        do {
            lock = try FileLock(path: configuration.path + ".lock")
        } catch {
            throw .unusable(
                "The journal at \(configuration.path) can't be opened: check the folder and its permissions."
            )
        }
        // Opening is a write: GRDB commits when it finds an empty WAL.
        (pool, chain) = try Self.underLock(lock, timeout: max(configuration.lockTimeout, .seconds(10))) {
            let pool = try DatabasePool(path: configuration.path, configuration: Self.connectionConfiguration())
            let hasRows = try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL after `prepareDatabase`, which loses acknowledged rows at a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                    throw JournalError.unusable(
                        "SQLite refused PRAGMA synchronous = FULL; nothing could be acknowledged."
                    )
                }
                try SchemaMigrator.bringUpToDate(db, mode: configuration.migrationMode)
                return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM callback)") ?? false
            }
            // Under the lock, so that nobody appends between the look for rows and the making of a key.
            let key = try ChainKey(
                configured: configuration.key,
                journalPath: configuration.path,
                mayMakeFile: !hasRows
            )
            return (pool, Chain(key: key))
        }
    }

    /// The schema's number after opening (`PRAGMA user_version`).
    package static var latestSchema: Int { Migrations.latest }

    /// Runs `body` in one `BEGIN IMMEDIATE` transaction under the journal's lock, and checkpoints when the log is long.
    ///
    /// The work is shielded from cancellation: GRDB rolls back the writes of a cancelled task, and a worker that is told to
    /// stop after Salesforce answered must still record the answer.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        do {
            return try await Task { [pool, lock, configuration] in
                try await pool.writeWithoutTransaction { db in
                    try Self.underLock(lock, timeout: configuration.lockTimeout) {
                        var value: Value?
                        try db.inTransaction(.immediate) {
                            value = try body(db)
                            return .commit
                        }
                        self.checkpointIfLong(db)
                        guard let value else { throw JournalError.database("the transaction did not run") }
                        return value
                    }
                }
            }.value
        } catch {
            throw JournalError(error)
        }
    }

    /// The questions that can be asked of this journal, on its own connections.
    package var reader: JournalReader {
        JournalReader(path: configuration.path, time: time, database: pool)
    }

    /// Runs `body` on a snapshot; it must be short.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        try await reader.read(body)
    }

    /// Empties the write-ahead log into the file when nobody reads an older snapshot; quick to give up.
    private func checkpointIfLong(_ db: Database) {
        let size = reader.walBytes
        guard checkpointThreshold.withLock({ size >= $0 }) else { return }
        // A reader of an old snapshot must not hold everybody's writes up: without a wait the checkpoint does what it can
        // and is tried again when the log has grown by as much again.
        let isDone: Bool
        do {
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            isDone = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] == 0 } ?? false
        } catch {
            isDone = false
        }
        try? db.execute(sql: "PRAGMA busy_timeout = \(Self.busyTimeoutMilliseconds)")
        checkpointThreshold.withLock { $0 = (isDone ? 0 : size) + configuration.checkpointBytes }
    }

    static let busyTimeoutMilliseconds = 5000

    static func connectionConfiguration(readOnly: Bool = false) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(Double(busyTimeoutMilliseconds) / 1000)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA cache_size = -16384")
            guard leadrelay_sqlite_no_checkpoint_on_close(UnsafeMutableRawPointer(db.sqliteConnection)) == 0 else {
                throw JournalError.unusable("SQLite refused to switch off the checkpoint at closing.")
            }
        }
        return configuration
    }

    private static func underLock<Value>(
        _ lock: FileLock,
        timeout: Duration,
        _ body: () throws -> Value
    ) throws(JournalError) -> Value {
        do {
            try lock.acquire(timeout: timeout)
        } catch {
            throw .busy("another process held its lock for \(timeout)")
        }
        defer { lock.release() }
        do {
            return try body()
        } catch {
            throw JournalError(error)
        }
    }
}
