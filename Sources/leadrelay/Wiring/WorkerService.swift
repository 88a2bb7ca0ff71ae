import Journal
import Logging
import ServiceLifecycle
import Synchronization
import Worker

/// The worker as a service of its process: for ever, or until the queue is drained.
final class WorkerService: Service {
    private let worker: EventWorker
    private let drainGrace: Duration?
    private let logger: Logger
    private let finished = Mutex<DrainReport?>(nil)

    init(worker: EventWorker, drainGrace: Duration?, logger: Logger) {
        self.worker = worker
        self.drainGrace = drainGrace
        self.logger = logger
    }

    /// What the drain found; nil before its end, and for a worker that does not drain.
    var report: DrainReport? { finished.withLock { $0 } }

    func run() async throws {
        guard let drainGrace else { return try await worker.run() }
        let report = try await worker.drain(grace: drainGrace)
        for pause in report.pauses {
            logger.error("Still paused", metadata: ["pause": "\(pause.subject.name)", "reason": "\(pause.reason)"])
        }
        if report.died > 0 { logger.error("Dead letters were made", metadata: ["count": "\(report.died)"]) }
        finished.withLock { $0 = report }
    }
}
