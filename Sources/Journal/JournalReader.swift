import Foundation
import GRDB
package import Time

/// The questions that people and processes ask of the journal, on a connection that can't write.
package struct JournalReader: Sendable {
    package let path: String
    let time: any TimeSource
    /// Tells whether an erased person had a name; nil where the journal's key is not at hand.
    let names: NameHash?
    private let database: any DatabaseReader

    /// Opens the file read-only.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - time: The clocks.
    ///   - key: The configured key; nil takes the file beside the journal. Without either, people who were erased are not
    ///     recognised.
    /// - Throws: `JournalError.missing` where there is no file, `.schemaTooNew` or `.schemaTooOld` for a schema whose views
    ///   this binary does not know.
    package init(path: String, time: any TimeSource, key: String? = nil) throws(JournalError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .missing(path: path)
        }
        do {
            let queue = try DatabaseQueue(
                path: path,
                configuration: JournalConnections.configuration(readOnly: true)
            )
            let found = try queue.read(SchemaMigrator.version(of:))
            if found > Migrations.latest { throw JournalError.schemaTooNew(found: found, known: Migrations.latest) }
            if found < Migrations.latest { throw JournalError.schemaTooOld(found: found, needed: Migrations.latest) }
            let names = try? NameHash(key: ChainKey(configured: key, journalPath: path, mayMakeFile: false))
            self.init(path: path, time: time, names: names, database: queue)
        } catch {
            throw JournalError(error)
        }
    }

    /// Opens a file of any schema, for what does not depend on it: a backup, and a check.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - time: The clocks.
    ///   - knowsConstraints: Whether SQLite has to know the CHECK constraints, which it leaves out on a connection that can't
    ///     write; this one could, but is only read from. Where the file is not writable it does without.
    /// - Throws: `JournalError.missing` where there is no file.
    init(anySchemaAt path: String, time: any TimeSource, knowsConstraints: Bool = false) throws(JournalError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .missing(path: path)
        }
        do {
            let isWritable = knowsConstraints && access(path, W_OK) == 0
            let configuration = JournalConnections.configuration(readOnly: !isWritable)
            self.init(path: path, time: time, database: try DatabaseQueue(path: path, configuration: configuration))
        } catch {
            throw JournalError(error)
        }
    }

    init(path: String, time: any TimeSource, names: NameHash? = nil, database: any DatabaseReader) {
        self.path = path
        self.time = time
        self.names = names
        self.database = database
    }

    /// Runs `body` on a snapshot; it must be short, since a long reader keeps the write-ahead log from shrinking.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        do {
            return try await Task { [database] in try await database.read(body) }.value
        } catch {
            throw JournalError(error)
        }
    }

    /// The size of the write-ahead log in bytes; 0 where there is none.
    package var walBytes: Int64 {
        // `stat` opens nothing, so it can't drop SQLite's locks.
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }
}
