import Model
import Time

/// Takes away what the retention says is old enough, a little at a time.
///
/// Rows are looked at on snapshots, without the journal's lock. Changes are made in transactions of at most 500 rows or
/// half a megabyte of details, with a rest after each that is at least twice as long as the transaction took, so that ingest
/// and the worker are never held up for long. How far it has come is in `checkpoint`: a prune that is interrupted goes on
/// where it was.
package struct JournalPruner: Sendable {
    let journal: EventJournal
    let retention: JournalRetention
    let isDryRun: Bool
    /// Rests between two transactions.
    let rest: @Sendable (Duration) async throws -> Void

    static let rowsPerTransaction = 500
    static let bytesPerTransaction = 512 << 10
    private static let rowsPerPage = 1000
    private static let pagesPerRelease = 128

    /// - Parameters:
    ///   - journal: The journal.
    ///   - retention: How long what is kept.
    ///   - isDryRun: Whether it only counts.
    ///   - rest: Rests between two transactions, until the task is cancelled; nil sleeps by the journal's clock.
    package init(
        journal: EventJournal,
        retention: JournalRetention,
        isDryRun: Bool = false,
        rest: (@Sendable (Duration) async throws -> Void)? = nil
    ) {
        self.journal = journal
        self.retention = retention
        self.isDryRun = isDryRun
        self.rest = rest ?? { [time = journal.time] in try await time.sleep(for: $0) }
    }

    /// Prunes every kind that has an age, then gives pages back to the file system.
    ///
    /// - Parameter progress: Called after each page of rows and each transaction.
    /// - Returns: What was done, by kind.
    /// - Throws: `JournalError`, or `CancellationError` when the task is cancelled; what was done until then is done.
    package func run(progress: (PruneReport) -> Void = { _ in }) async throws -> PruneReport {
        var report = PruneReport(isDryRun: isDryRun)
        for target in PruneTarget.allCases {
            guard let age = target.age(in: retention) else { continue }
            report.counts.append(PruneReport.Count(target: target))
            try await walk(target, age: age, report: &report, progress: progress)
        }
        if !isDryRun, report.changed > 0 { try await releasePages(report: &report, progress: progress) }
        return report
    }

    private func walk(
        _ target: PruneTarget,
        age: Duration,
        report: inout PruneReport,
        progress: (PruneReport) -> Void
    ) async throws {
        let now = journal.time.read()
        let limits = PruneLimits(cutoff: now.wall - age.wholeMilliseconds, age: age.wholeMilliseconds, now: now)
        var batch = PruneBatch(cursor: try await journal.reader.pruneCursor(target))
        let start = batch.cursor
        var stored = start
        var last = start
        while true {
            try Task.checkCancellation()
            let rows = try await journal.reader.pruneRows(target, after: last, limits: limits, limit: Self.rowsPerPage)
            guard let end = rows.last else { break }
            last = end.id
            for row in rows {
                if batch.isFull(before: row) {
                    try await change(&batch, target, limits, report: &report, progress: progress)
                    stored = batch.cursor
                }
                batch.add(row)
            }
            report.examined(rows.count)
            progress(report)
            // Ids follow the time of receipt closely enough: what a clock that was set back left behind is found later.
            if !rows.contains(where: \.isOld) { break }
        }
        if !batch.ids.isEmpty || batch.cursor > stored {
            try await change(&batch, target, limits, report: &report, progress: progress)
        }
    }

    private func change(
        _ batch: inout PruneBatch,
        _ target: PruneTarget,
        _ limits: PruneLimits,
        report: inout PruneReport,
        progress: (PruneReport) -> Void
    ) async throws {
        guard !isDryRun else {
            report.changed(batch.ids.count, bytes: batch.bytes)
            return batch.empty()
        }
        let took = try await timed {
            let count = try await journal.prune(target, ids: batch.ids, cursor: batch.cursor, limits: limits)
            report.changed(count, bytes: batch.bytes)
        }
        batch.adapt(tookMilliseconds: took)
        batch.empty()
        progress(report)
        try await rest(Self.restAfter(milliseconds: took))
    }

    /// Leaves a twentieth of the file free, which the next callbacks fill, and gives the rest back.
    private func releasePages(report: inout PruneReport, progress: (PruneReport) -> Void) async throws {
        var use = try await journal.reader.pageUse()
        guard use.canRelease else { return }
        let reserve = max(256, use.pages / 20)
        while use.freePages > reserve {
            try Task.checkCancellation()
            let before = use
            let took = try await timed {
                use = try await journal.releaseFreePages(min(Self.pagesPerRelease, use.freePages - reserve))
            }
            guard use.pages < before.pages else { return }
            report.releasedBytes += Int64((before.pages - use.pages) * use.pageSize)
            progress(report)
            try await rest(Self.restAfter(milliseconds: took))
        }
    }

    private func timed(_ body: () async throws -> Void) async throws -> Int64 {
        let start = journal.time.read().boot
        try await body()
        return journal.time.read().boot - start
    }

    private static func restAfter(milliseconds took: Int64) -> Duration {
        .milliseconds(max(10, min(2 * took, 2000)))
    }
}

/// The rows that one transaction changes.
struct PruneBatch {
    private(set) var ids: [Int64] = []
    private(set) var bytes = 0
    /// Every row up to here is done with once the batch is: none before it may go later.
    private(set) var cursor: Int64
    private var isHeldUp = false
    private var rowLimit = JournalPruner.rowsPerTransaction

    init(cursor: Int64) {
        self.cursor = cursor
    }

    /// Whether the batch has to be written before this row is added.
    func isFull(before row: PruneRow) -> Bool {
        row.verdict == .due && !ids.isEmpty
            && (ids.count >= rowLimit || bytes + row.bytes > JournalPruner.bytesPerTransaction)
    }

    mutating func add(_ row: PruneRow) {
        if row.verdict == .due {
            ids.append(row.id)
            bytes += row.bytes
        }
        if row.verdict == .held { isHeldUp = true }
        if !isHeldUp { cursor = row.id }
    }

    mutating func empty() {
        ids.removeAll()
        bytes = 0
    }

    /// Fewer rows when a transaction was slow, more again when it was not.
    mutating func adapt(tookMilliseconds took: Int64) {
        rowLimit =
            took > 25 ? max(10, ids.count / 2) : min(JournalPruner.rowsPerTransaction, max(rowLimit, 10) * 2)
    }
}
