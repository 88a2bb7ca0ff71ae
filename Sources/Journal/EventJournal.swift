import Dispatch
import Foundation
import GRDB
import Model
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
    private let lock: FileLock
    let health = WriteHealth()
    private let group = CommitGroup()
    /// Where commits happen: they wait for the disk, which a thread of the cooperative pool must not.
    private let writer = DispatchQueue(label: "leadrelay.journal.writer", qos: .userInitiated)
    private let connection: Mutex<Connection>
    /// The size of the write-ahead log at which a checkpoint is next worth trying.
    private let checkpointThreshold: Mutex<Int64>

    private struct Connection {
        var pool: DatabasePool
        /// After an I/O error nobody knows what SQLite's memory of the file is worth, and a second sync of the same pages may
        /// say yes to what the first one lost: the connection is not written through again.
        var isPoisoned = false
    }

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
        let pool: DatabasePool
        (pool, chain) = try Self.underLock(lock, timeout: max(configuration.lockTimeout, .seconds(10))) {
            let pool = try JournalConnections.open(configuration)
            let hasRows = try pool.writeWithoutTransaction { db in
                try JournalConnections.setPatience(JournalConnections.readerPatience, db)
                try SchemaMigrator.bringUpToDate(db, mode: configuration.migrationMode)
                try JournalCreation.note(now: time.read().wall, db)
                try JournalConnections.setPatience(JournalConnections.writerPatience, db)
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
        connection = Mutex(Connection(pool: pool))
    }

    /// The schema's number after opening (`PRAGMA user_version`).
    package static var latestSchema: Int { Migrations.latest }

    /// The questions that can be asked of this journal, on its own connections.
    package var reader: JournalReader {
        JournalReader(
            path: configuration.path,
            time: time,
            names: chain.names,
            database: connection.withLock(\.pool)
        )
    }

    /// Runs `body` in a transaction (`BEGIN IMMEDIATE`) under the journal's lock; it is on disk when this returns.
    ///
    /// Writes that wait while a commit is under way share the next one, each in a savepoint of its own, so that one that
    /// fails takes nobody with it. Cancelling the calling task changes nothing: a worker that is told to stop after
    /// Salesforce answered must still record the answer (GRDB would roll a cancelled task's writes back).
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { caller in
            let write = AwaitedWrite(body: body, caller: caller)
            if group.add(write) { writer.async { self.commitUntilNothingWaits() } }
        }
        health.note(result)
        return try result.get()
    }

    /// Runs `body` under the journal's lock and outside of a transaction, for what SQLite does not do within one.
    func writeAlone<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = await withCheckedContinuation { caller in
            writer.async {
                do {
                    let value = try self.soundPool().writeWithoutTransaction { db in
                        try Self.underLock(self.lock, timeout: self.configuration.lockTimeout) { try body(db) }
                    }
                    caller.resume(returning: .success(value))
                } catch {
                    let failure = JournalError(error)
                    if failure.poisonsConnection { self.connection.withLock { $0.isPoisoned = true } }
                    caller.resume(returning: .failure(failure))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` on a snapshot; it must be short.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        try await reader.read(body)
    }

    private func commitUntilNothingWaits() {
        while true {
            let writes = group.next()
            guard !writes.isEmpty else { return }
            do {
                let count = try commit(writes)
                for write in writes.prefix(count) { write.answer() }
                if count < writes.count { group.putBack(writes.dropFirst(count)) }
            } catch {
                let failure = JournalError(error)
                if failure.poisonsConnection { connection.withLock { $0.isPoisoned = true } }
                for write in writes { write.fail(failure) }
            }
        }
    }

    /// Commits the first of the writes, as many as fit into a short transaction.
    ///
    /// - Returns: How many; each of them has succeeded or failed by itself.
    private func commit(_ writes: [any PendingWrite]) throws -> Int {
        let pool = try soundPool()
        return try pool.writeWithoutTransaction { db in
            try Self.underLock(lock, timeout: configuration.lockTimeout) {
                let count = try GroupTransaction.commit(writes, db)
                self.checkpointIfLong(db)
                return count
            }
        }
    }

    /// The connections, opened anew where an I/O error has made them unreliable.
    private func soundPool() throws -> DatabasePool {
        let (pool, isPoisoned) = connection.withLock { ($0.pool, $0.isPoisoned) }
        guard isPoisoned else { return pool }
        // Readers may still be at work on the old connections, which close when the last of them has let go. They must not
        // close first: the last one takes the index of the log in shared memory with it, and SQLite would read the log anew
        // and take up the very commit whose sync failed, to build on pages that may never reach the disk.
        let opened = try Self.underLock(lock, timeout: configuration.lockTimeout) {
            try JournalConnections.open(configuration)
        }
        connection.withLock { $0 = Connection(pool: opened) }
        return opened
    }

    /// Empties the write-ahead log into the file when nobody reads an older snapshot; quick to give up.
    private func checkpointIfLong(_ db: Database) {
        let size = reader.walBytes
        guard checkpointThreshold.withLock({ size >= $0 }) else { return }
        // A reader of an old snapshot must not hold everybody's writes up: without a wait the checkpoint does what it can
        // and is tried again when the log has grown by as much again.
        let isDone: Bool
        do {
            try JournalConnections.setPatience(.zero, db)
            isDone = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] == 0 } ?? false
        } catch {
            if JournalError(error).poisonsConnection { connection.withLock { $0.isPoisoned = true } }
            isDone = false
        }
        try? JournalConnections.setPatience(JournalConnections.writerPatience, db)
        checkpointThreshold.withLock { $0 = (isDone ? 0 : size) + configuration.checkpointBytes }
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
