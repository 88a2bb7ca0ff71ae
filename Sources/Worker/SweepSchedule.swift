import Journal
import Logging
import Model
import Planning
import Salesforce
import Synchronization
import Time

/// Sweeps the org now and then; of several workers one does it.
final class SweepSchedule: Sendable {
    private let journal: EventJournal
    private let configuration: WorkerConfiguration
    private let sweep: DriftSweep
    private let time: any TimeSource
    private let logger: Logger
    /// Until when to rest after trouble, by the boot clock.
    private let restUntil = Mutex<Int64>(.min)

    /// How long to leave Salesforce alone after it failed to answer.
    private static let restAfterFailure: Duration = .seconds(60)

    init(
        journal: EventJournal,
        salesforce: SalesforceClient,
        configuration: WorkerConfiguration,
        failPoint: FailPoint,
        time: any TimeSource,
        logger: Logger
    ) {
        self.journal = journal
        self.configuration = configuration
        self.time = time
        self.logger = logger
        sweep = DriftSweep(
            journal: journal,
            salesforce: salesforce,
            policy: configuration.policy,
            failPoint: failPoint,
            time: time
        )
    }

    /// How often to look whether it is time; nil where nobody wants it.
    var rest: Duration? {
        let interval = configuration.sweeping.interval
        return interval > .zero ? min(.seconds(30), interval) : nil
    }

    /// Sweeps when it is time, or goes on with a sweep that was cut short.
    ///
    /// - Returns: False: there is nothing more to do at once.
    func runOnce() async throws -> Bool {
        let now = time.read().boot
        guard restUntil.withLock({ $0 <= now }), try await sweep.mayAsk() else { return false }
        let turn = try await journal.takeSweepTurn(
            runner: configuration.owner,
            interval: configuration.sweeping.interval,
            fullInterval: configuration.sweeping.fullInterval
        )
        guard case .start(let checkpoint) = turn else { return false }
        do {
            if let end = try await sweep.run(from: checkpoint) { report(end) }
        } catch let error as SalesforceError {
            guard !Task.isCancelled else { return false }
            let wait = max(error.retryAfter ?? .zero, min(Self.restAfterFailure, configuration.sweeping.interval))
            restUntil.withLock { $0 = time.read().boot + wait.wholeMilliseconds }
            logger.warning(
                "The sweep for lost opt-outs was cut short; it goes on where it was",
                metadata: ["reason": "\(error)"]
            )
        }
        return false
    }

    private func report(_ end: SweepCheckpoint) {
        if !end.skipped.isEmpty {
            logger.error(
                "The sweep for lost opt-outs could not look at everything: a field or object is hidden; see `doctor`",
                metadata: ["left.out": "\(end.skipped.map(\.rawValue).joined(separator: ", "))"]
            )
        }
        let isRepaired = configuration.policy.drift == .repair
        logger.log(
            level: end[.drifted] > 0 ? .warning : .info,
            end[.drifted] > 0
                ? "Records of people who opted out could be mailed"
                : "Swept the org for lost opt-outs",
            metadata: [
                "full": "\(end.isFull)", "records": "\(end.examined)", "drifted": "\(end[.drifted])",
                "pending": "\(end[.pending])", "given.up": "\(end[.givenUp])", "known": "\(end[.known])",
                "repaired": "\(isRepaired)",
            ]
        )
    }
}
