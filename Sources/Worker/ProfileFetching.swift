import GetResponse
import Journal
import Logging
import Metrics
import Model
import Synchronization
import Time

/// Fetches the details that callbacks lacked, as the request budget allows; no person is held meanwhile.
final class ProfileFetching: Sendable {
    private let journal: EventJournal
    private let configuration: WorkerConfiguration
    private let client: @Sendable (JournalRequestGate) -> GetResponseClient
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Nothing is asked for before this, in milliseconds of the boot clock: the budget is used up.
        var blockedUntilBoot: Int64 = 0
        var inFlight: Set<Int64> = []
    }

    init(
        journal: EventJournal,
        configuration: WorkerConfiguration,
        time: any TimeSource,
        logger: Logger,
        client: @escaping @Sendable (JournalRequestGate) -> GetResponseClient
    ) {
        self.journal = journal
        self.configuration = configuration
        self.time = time
        self.logger = logger
        self.client = client
    }

    /// Whether a fetch is under way, or one is due that the budget and the pauses allow.
    func hasWork() async throws(JournalError) -> Bool {
        if state.withLock({ !$0.inFlight.isEmpty }) { return true }
        guard try await isAllowed() else { return false }
        return try await !journal.reader.dueProfileRequests(limit: 1).isEmpty
    }

    /// Fetches what is due, up to the concurrency, and returns when those fetches have ended.
    ///
    /// - Returns: Whether anything was fetched.
    func runOnce() async throws(JournalError) -> Bool {
        guard try await isAllowed() else { return false }
        let requests = try await journal.reader.dueProfileRequests(limit: configuration.fetchConcurrency)
        guard !requests.isEmpty else { return false }
        state.withLock { $0.inFlight.formUnion(requests.map(\.eventID)) }
        await withTaskGroup { group in
            for request in requests {
                group.addTask {
                    await self.fetch(request)
                    self.state.withLock { _ = $0.inFlight.remove(request.eventID) }
                }
            }
        }
        return true
    }

    private func isAllowed() async throws(JournalError) -> Bool {
        let now = time.read()
        if state.withLock({ $0.blockedUntilBoot > now.boot }) { return false }
        return try await !journal.reader.pauses().contains {
            $0.subject == .getResponse && $0.until.milliseconds > now.wall
        }
    }

    private func fetch(_ request: ProfileRequest) async {
        let gate = JournalRequestGate(
            journal: journal,
            budget: configuration.budget,
            worker: configuration.owner,
            eventID: request.eventID,
            time: time
        )
        do {
            do {
                let details = try await client(gate).contact(id: request.contactID)
                try await journal.storeProfile(details, contactID: request.contactID)
                try await journal.clearPause(.getResponse)
                count("fetched")
            } catch let error as GetResponseError {
                count(error.errorClass.rawValue)
                try await handle(error, of: request)
            }
        } catch {
            logger.error(
                "A profile could not be recorded; it is asked for again",
                metadata: ["event.id": "\(request.eventID)", "error": "\(error)"]
            )
        }
    }

    private func handle(_ error: GetResponseError, of request: ProfileRequest) async throws(JournalError) {
        let reading = time.read()
        let now = Timestamp(milliseconds: reading.wall)
        switch error {
        case .budgetExhausted(let wait):
            state.withLock { $0.blockedUntilBoot = max($0.blockedUntilBoot, reading.boot + wait.wholeMilliseconds) }
        case .notFound, .invalidRequest, .undecodable:
            guard request.failures < configuration.profilePatience.count else {
                logger.notice(
                    "Gave up on a profile",
                    metadata: ["event.id": "\(request.eventID)", "reason": "\(error)"]
                )
                return try await journal.storeProfile(nil, contactID: request.contactID)
            }
            try await journal.postponeProfile(
                of: request,
                until: now.advanced(by: configuration.profilePatience[request.failures]),
                countsAsFailure: true,
                reason: "\(error)"
            )
        case .rateLimited(let wait):
            // The longest time that the server named, but never over an hour.
            let until = now.advanced(by: min(wait, .seconds(3600)))
            try await pause(until: until, error)
            try await postpone(request, until: until, error)
        case .authentication, .blocked, .unusableBaseURL:
            let until = now.advanced(by: configuration.retry.configurationPause)
            try await pause(until: until, error)
            try await postpone(request, until: until, error)
        case .server, .maintenance, .lostAnswer, .connection, .uncounted, .grantExpired:
            let wait = max(error.retryAfter ?? .zero, configuration.fetchRetryDelay)
            try await postpone(request, until: now.advanced(by: wait), error)
        }
    }

    private func postpone(
        _ request: ProfileRequest,
        until: Timestamp,
        _ error: GetResponseError
    ) async throws(JournalError) {
        try await journal.postponeProfile(of: request, until: until, countsAsFailure: false, reason: "\(error)")
    }

    private func pause(until: Timestamp, _ error: GetResponseError) async throws(JournalError) {
        logger.error("GetResponse requests are paused", metadata: ["reason": "\(error)", "until": "\(until.iso8601)"])
        let pause = Pause(subject: .getResponse, reason: "\(error)", errorClass: error.errorClass, until: until)
        try await journal.setPause(pause)
    }

    private func count(_ result: String) {
        Counter(label: "leadrelay_profile_fetches_total", dimensions: [("result", result)]).increment()
    }
}
