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
    private let scheduler: RequestScheduler
    private let state = Mutex(State())

    private struct State {
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
    private enum Job: Sendable {
        case profile(ProfileRequest, JournalRequestGate)
        case page(ListPageRun, JournalRequestGate)
    }

    private enum Step: Sendable {
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

    /// Whether a fetch is under way, or one is due that the budget and the pauses allow.
    func hasWork() async throws(JournalError) -> Bool {
        if state.withLock({ $0.inFlight > 0 || $0.run != nil }) { return true }
        guard let share = try await nextShare() else { return false }
        let gap = configuration.budget.rhythm(of: share, upkeepCount: 0).gap
        let now = time.read().boot
        return !state.withLock { $0.blocks.isExhausted(share, gap: gap, now: now) }
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

    /// What to do now: the next request with its grant, or a rest.
    private func nextStep() async throws(JournalError) -> Step {
        let budget = configuration.budget
        while !state.withLock(\.isStopping), let (share, work) = try await nextWork() {
            let now = time.read().boot
            if let wait = state.withLock({ $0.blocks.remaining(share, now: now) }) { return .rest(wait) }
            // A look without the journal's lock, since most asks are in vain.
            let window = try await journal.reader.requestWindow(length: budget.length, flight: budget.flight)
            if case .wait(let wait) = scheduler.decide(share, window) {
                state.withLock { $0.blocks.block(share, for: wait, now: now) }
                return .rest(wait)
            }
            if let step = await take(work, share: share) { return step }
        }
        return .rest(configuration.pollInterval)
    }

    /// Asks for the grant; nil where somebody else was faster, so that there is another next.
    private func take(_ work: FetchWork, share: RequestShare) async -> Step? {
        let gate = JournalRequestGate(
            journal: journal,
            budget: configuration.budget,
            worker: configuration.owner,
            share: share,
            eventID: work.eventID,
            reservation: work.reservation,
            afterGrant: configuration.fetching.afterGrant,
            time: time
        )
        do throws(GetResponseError) {
            guard try await gate.hold(work.purpose) else { return nil }
        } catch {
            guard case .budgetExhausted(let wait) = error else { return .rest(.seconds(1)) }
            let now = time.read().boot
            state.withLock { $0.blocks.block(share, for: wait, now: now) }
            return .rest(wait)
        }
        switch work {
        case .profile(let request): return .job(.profile(request, gate))
        case .page(let run, _):
            state.withLock { state in
                state.run = run
                state.isPaging = true
            }
            return .job(.page(run, gate))
        }
    }

    /// The more urgent of a page and a contact; of two as urgent the page, which serves more.
    private func nextWork() async throws(JournalError) -> (RequestShare, FetchWork)? {
        let single = try await nextSingle()
        guard let (run, isFirst) = try await nextPage(), run.lane <= single?.lane ?? run.lane else {
            return single.map { (RequestShare(lane: $0.lane), .profile($0)) }
        }
        return (RequestShare(lane: run.lane), .page(run, isFirst: isFirst))
    }

    private func nextSingle() async throws(JournalError) -> ProfileRequest? {
        let fetching = configuration.fetching
        while true {
            let next = try await journal.reader.dueProfileRequests(
                limit: 1,
                company: fetching.company,
                maxAge: fetching.profileMaxAge
            ).first
            guard let next, next.isKnown else { return next }
            _ = try await journal.reuseProfiles(within: fetching.profileMaxAge)
        }
    }

    private func nextPage() async throws(JournalError) -> (ListPageRun, isFirst: Bool)? {
        let (run, isPaging) = state.withLock { ($0.run, $0.isPaging) }
        if let run { return isPaging ? nil : (run, isFirst: false) }
        let fetching = configuration.fetching
        return try await journal.reader.listCrowd(company: fetching.company).map {
            (ListPageRun($0, margin: fetching.pageMargin), isFirst: true)
        }
    }

    private func nextShare() async throws(JournalError) -> RequestShare? {
        // A drain waits for those too who wait for company.
        try await journal.reader.dueProfileRequests(limit: 1).first.map { RequestShare(lane: $0.lane) }
    }

    private func reuseProfiles() async throws(JournalError) -> Bool {
        let now = time.read().boot
        let isDue = state.withLock { state in
            guard state.reusedAtBoot <= now - 500 else { return false }
            state.reusedAtBoot = now
            return true
        }
        guard isDue else { return false }
        try await journal.followClock(length: configuration.budget.length)
        return try await journal.reuseProfiles(within: configuration.fetching.profileMaxAge) > 0
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
