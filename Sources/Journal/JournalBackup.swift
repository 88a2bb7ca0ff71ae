import Foundation
import GRDB
package import Time

/// Copies a journal while ingest and worker use it, with SQLite's own backup.
///
/// The copy is one snapshot: it is read in one transaction of a connection that can't write, so commits meanwhile neither get
/// into it nor make it start again. It is written to `PATH.tmp`, synced, checked and only then renamed, so `PATH` is always
/// either what it was or a whole copy. It holds everything but the chain's key.
package struct JournalBackup: Sendable {
    /// How far a copy has come.
    package struct Progress: Hashable, Sendable {
        package var copiedBytes: Int64
        package var totalBytes: Int64
    }

    /// What was written.
    package struct Report: Hashable, Sendable {
        package var path: String
        package var bytes: Int64
        /// How long it took, the checks included.
        package var duration: Duration
        /// What was checked of the copy; some of it may have failed where that was accepted.
        package var checks: [CheckResult]
    }

    private let journalPath: String
    private let key: String?
    private let time: any TimeSource

    private static let pagesPerStep: CInt = 256
    /// Between two steps, so that a disk that is shared with ingest has time for its commits.
    private static let restMicroseconds: UInt32 = 1000

    /// - Parameters:
    ///   - journalPath: The journal.
    ///   - key: The chain's configured secret; nil takes the file beside the journal.
    ///   - time: The clocks.
    package init(journalPath: String, key: String?, time: any TimeSource) {
        self.journalPath = journalPath
        self.key = key
        self.time = time
    }

    /// Copies, checks and renames.
    ///
    /// - Parameters:
    ///   - path: Where the copy goes.
    ///   - replaces: Whether a file that is there may be replaced.
    ///   - keepsBroken: Whether a copy that fails its checks is kept all the same: one of a broken journal may be all there is.
    ///   - progress: Called now and then while pages are copied.
    /// - Returns: What was written.
    /// - Throws: `JournalError.unusable` with what to do: for a target that is in the way, and for a copy that fails its checks;
    ///   then `path` is as it was.
    package func run(
        to path: String,
        replaces: Bool = false,
        keepsBroken: Bool = false,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws(JournalError) -> Report {
        let start = time.read().boot
        let target = try BackupTarget(path: path, journalPath: journalPath, replaces: replaces)
        do throws(JournalError) {
            try await copy(to: target.draft, progress: progress)
            let checks = try await check(target.draft)
            if !keepsBroken { try Self.requireSound(checks) }
            let bytes = try target.publish()
            let duration = Duration.milliseconds(time.read().boot - start)
            return Report(path: path, bytes: bytes, duration: duration, checks: checks)
        } catch {
            target.discard()
            throw error
        }
    }

    private func copy(
        to draft: String,
        progress: @escaping @Sendable (Progress) -> Void
    ) async throws(JournalError) {
        let source = try JournalReader(anySchemaAt: journalPath, time: time)
        let version = try await source.read(SchemaMigrator.version(of:))
        guard version > 0 else {
            throw .unusable("\(journalPath) is no journal; check journal.path.")
        }
        guard version <= Migrations.latest else { throw .schemaTooNew(found: version, known: Migrations.latest) }
        try await source.read { db in
            // The first read fixes the snapshot for all the steps.
            let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
            let copy = try DatabaseQueue(path: draft)
            try copy.writeWithoutTransaction { target in
                try db.backup(to: target, pagesPerStep: Self.pagesPerStep) { step in
                    progress(
                        Progress(
                            copiedBytes: Int64(step.completedPageCount) * pageSize,
                            totalBytes: Int64(step.totalPageCount) * pageSize
                        )
                    )
                    usleep(Self.restMicroseconds)
                }
                // One file, without a log beside it; opening it as a journal turns the log on again.
                try target.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
    }

    private func check(_ draft: String) async throws(JournalError) -> [CheckResult] {
        try await JournalCheck(anySchemaAt: draft, key: key, keyBeside: journalPath, time: time).runOnCopy()
    }

    private static func requireSound(_ results: [CheckResult]) throws(JournalError) {
        guard let failed = results.first(where: { $0.verdict == .failed }) else { return }
        let fault = failed.faults.first.map { " (\($0.description))" } ?? ""
        throw .unusable(
            "The copy fails its check \(failed.check) and was thrown away: \(failed.finding)\(fault) "
                + "Run `leadrelay journal check` on the journal; --keep-broken keeps such a copy."
        )
    }
}
