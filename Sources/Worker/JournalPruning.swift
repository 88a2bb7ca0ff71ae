import Journal
import Logging
import Metrics
import Model

/// Prunes the journal now and then; of several workers one does it.
struct JournalPruning: Sendable {
    let journal: EventJournal
    let retention: JournalRetention
    let logger: Logger
    /// Each run finds what has become old since the last, so short runs often hold nobody up.
    private static let interval: Duration = .seconds(3600)

    /// Prunes when an hour has passed since any worker did.
    ///
    /// - Returns: Whether it was this worker's turn.
    func runOnce() async throws -> Bool {
        guard try await journal.takePruneTurn(interval: Self.interval) else { return false }
        let report = try await JournalPruner(journal: journal, retention: retention).run()
        for count in report.counts where count.changed > 0 {
            Counter(label: "leadrelay_pruned_rows_total", dimensions: [("kind", count.target.rawValue)])
                .increment(by: count.changed)
        }
        if report.changed > 0 {
            logger.info(
                "Pruned the journal",
                metadata: ["rows": "\(report.changed)", "bytes.released": "\(report.releasedBytes)"]
            )
        }
        return true
    }
}
