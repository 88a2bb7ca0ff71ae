import GetResponse
import Journal
import Logging
import Metrics
import Model
import Synchronization
import Time

/// Fetches the details that callbacks lacked, as the request budget allows; no person is held meanwhile.
///
/// What needs no request goes first: a profile that was fetched lately. Then a page of a list for a crowd on it, then one
/// contact at a time, signals and leads before history. A request's grant is asked for here, one at a time, so that what is
/// refused costs one look at the ledger.
final class ProfileFetching: Sendable {
    let journal: EventJournal
    let configuration: WorkerConfiguration
    let client: @Sendable (JournalRequestGate) -> GetResponseClient
    let time: any TimeSource
    let logger: Logger
    let scheduler: RequestScheduler
    let state = Mutex(State())

    struct State {
        var blocks = FetchBlocks()
        var inFlight = 0
        /// Whether the next request is being looked for, which may end with its grant.
        var isLooking = false
        /// Whether nothing more may be asked for.
        var isStopping = false
        /// The walk over a list's pages that is under way, and whether one of its pages is being asked for.
        var run: ListPageRun?
        var isPaging = false
        /// Whether this account answers only when it is asked for everything.
        var refusesFields = false
        /// When known profiles were last looked for, by the boot clock.
        var reusedAtBoot: Int64 = .min
    }

    /// One request that has its grant.
    enum Job: Sendable {
        case profile(ProfileRequest, JournalRequestGate)
        case page(ListPageRun, JournalRequestGate)
    }

    enum Step: Sendable {
        case job(Job)
        case rest(Duration)
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
        scheduler = RequestScheduler(configuration.budget)
    }

    /// Asks for nothing more; what was asked for is still kept when it comes.
    func stop() {
        state.withLock { $0.isStopping = true }
    }

    /// Whether no answer is waited for: an answer that nobody takes costs a second request.
    var isIdle: Bool { state.withLock { $0.inFlight == 0 && !$0.isLooking } }

    var refusesFields: Bool { state.withLock(\.refusesFields) }

    func rememberRefusedFields() {
        state.withLock { $0.refusesFields = true }
    }

    /// Lets others have the rest of a walk that a stop cut off.
    func release() async {
        guard let run = state.withLock({ $0.run.take() }) else { return }
        do {
            try await journal.postponePages(ofList: run.query.listID, until: now)
        } catch {
            logger.notice("A walk over a list's pages is left to its reservation", metadata: ["error": "\(error)"])
        }
    }

    /// Whether a fetch is under way, or one is due that the budget and the pauses allow at once; the wait for a grant, be it
    /// only the pace of a burst, is no work.
    func hasWork() async throws(JournalError) -> Bool {
        let (isUnderWay, run) = state.withLock { ($0.inFlight > 0, $0.run) }
        if isUnderWay { return true }
        let next = try await nextShare()
        guard let share = run.map({ RequestShare(lane: $0.lane) }) ?? next else { return false }
        let now = time.read().boot
        return state.withLock { $0.blocks.remaining(share, now: now) == nil }
    }

    /// Fetches what is due as long as grants are to be had, and returns when nothing is under way.
    ///
    /// - Returns: Whether anything was fetched.
    func runOnce() async throws(JournalError) -> Bool {
        var didWork = try await reuseProfiles()
        var failure: JournalError?
        await withTaskGroup(of: Bool.self) { group in
            var isResting = false
            while true {
                var rest = configuration.pollInterval
                if failure == nil, !Task.isCancelled, beginLooking() {
                    defer { state.withLock { $0.isLooking = false } }
                    do throws(JournalError) {
                        switch try await nextStep() {
                        case .job(let job):
                            didWork = true
                            state.withLock { $0.inFlight += 1 }
                            group.addTask { await self.carryOut(job) }
                            continue
                        case .rest(let duration): rest = min(rest, duration)
                        }
                    } catch {
                        failure = error
                    }
                }
                guard state.withLock({ $0.inFlight > 0 }) else { break }
                if !isResting {
                    isResting = true
                    group.addTask { [rest, time] in
                        try? await time.sleep(for: rest)
                        return true
                    }
                }
                if await group.next() == true { isResting = false }
            }
            group.cancelAll()
        }
        if let failure { throw failure }
        return didWork
    }

    private func beginLooking() -> Bool {
        state.withLock { state in
            state.isLooking = !state.isStopping && state.inFlight < configuration.fetchConcurrency
            return state.isLooking
        }
    }

    /// - Returns: False, to tell a request's end from a rest's.
    private func carryOut(_ job: Job) async -> Bool {
        switch job {
        case .profile(let request, let gate): await fetch(request, through: gate)
        case .page(let run, let gate):
            let next = await fetchPage(run, through: gate)
            state.withLock { state in
                state.run = next
                state.isPaging = false
            }
        }
        state.withLock { $0.inFlight -= 1 }
        return false
    }

    func count(_ result: String) {
        Counter(label: "leadrelay_profile_fetches_total", dimensions: [("result", result)]).increment()
    }
}
