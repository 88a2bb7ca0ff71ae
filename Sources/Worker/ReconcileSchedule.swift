import GetResponse
import Journal
import Logging
import Metrics
import Model
import Planning
import Synchronization
import Time

/// Searches for removals that no callback told, now and then; of several workers one does it.
struct ReconcileSchedule: Sendable {
    private let journal: EventJournal
    private let configuration: WorkerConfiguration
    private let search: Reconciliation
    private let time: any TimeSource
    private let logger: Logger
    private let trouble = Trouble()

    /// How long to leave GetResponse alone after it failed to answer.
    private static let restAfterFailure: Duration = .seconds(300)

    private final class Trouble: Sendable {
        /// By the boot clock; nil while all is well.
        let until = Mutex<Int64?>(nil)
    }

    init(
        journal: EventJournal,
        configuration: WorkerConfiguration,
        client: @Sendable (JournalRequestGate) -> GetResponseClient,
        failPoint: FailPoint,
        time: any TimeSource,
        logger: Logger
    ) {
        self.journal = journal
        self.configuration = configuration
        self.time = time
        self.logger = logger
        let gate = JournalRequestGate(
            journal: journal,
            budget: configuration.budget,
            worker: configuration.owner,
            share: .upkeep,
            afterGrant: configuration.fetching.afterGrant,
            time: time
        )
        search = Reconciliation(
            journal: journal,
            client: client(gate),
            since: configuration.reconciling.since,
            reasons: configuration.policy.optOutReasons,
            afterPage: { await failPoint.reach(.pageReconciled) },
            time: time
        )
    }

    /// How often to look whether it is time; nil where nobody wants it.
    var rest: Duration? {
        let interval = configuration.reconciling.interval
        return interval > .zero ? min(.seconds(30), interval) : nil
    }

    /// Searches when it is time, or goes on with a search that was cut short.
    ///
    /// - Returns: False: there is nothing more to do at once.
    func runOnce() async throws -> Bool {
        let now = time.read().boot
        guard trouble.until.withLock({ $0.map { $0 <= now } ?? true }) else { return false }
        let turn = try await journal.takeReconcileTurn(
            runner: configuration.owner,
            interval: configuration.reconciling.interval
        )
        guard case .start(let checkpoint) = turn else { return false }
        do {
            if let end = try await search.run(from: checkpoint) { report(end) }
            trouble.until.withLock { $0 = nil }
        } catch let error as GetResponseError {
            try await rest(after: error)
        }
        return false
    }

    private func report(_ end: ReconcileCheckpoint) {
        for verdict in RemovalVerdict.allCases {
            Counter(label: "leadrelay_reconciled_removals_total", dimensions: [("result", verdict.rawValue)])
                .increment(by: end[verdict])
        }
        logger.log(
            level: end[.missing] > 0 ? .notice : .info,
            "Searched for removals that no callback told",
            metadata: ["removals": "\(end.examined)", "missing": "\(end[.missing])"]
        )
    }

    /// Waits for the budget as long as it says; after trouble a while longer.
    private func rest(after error: GetResponseError) async throws(JournalError) {
        guard !Task.isCancelled else { return }
        let wait: Duration
        switch error {
        case .budgetExhausted(let retryAfter): wait = retryAfter
        case .grantExpired: wait = .zero
        case .authentication, .blocked, .unusableBaseURL:
            wait = Self.restAfterFailure
            let until = Timestamp(milliseconds: time.read().wall).advanced(by: configuration.retry.configurationPause)
            try await journal.setPause(
                Pause(subject: .getResponse, reason: "\(error)", errorClass: error.errorClass, until: until)
            )
        default: wait = max(error.retryAfter ?? .zero, Self.restAfterFailure)
        }
        trouble.until.withLock { $0 = time.read().boot + wait.wholeMilliseconds }
        if error.errorClass != .quota {
            logger.warning(
                "The search for removals was cut short; it goes on where it was",
                metadata: ["reason": "\(error)"]
            )
        }
    }
}
