import GetResponse
import Journal
import Model
import Synchronization
import Time

/// What is asked for next.
extension ProfileFetching {
    /// What to do now: the next request with its grant, or a rest.
    func nextStep() async throws(JournalError) -> Step {
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

    func nextShare() async throws(JournalError) -> RequestShare? {
        // A drain waits for those too who wait for company.
        try await journal.reader.dueProfileRequests(limit: 1).first.map { RequestShare(lane: $0.lane) }
    }

    func reuseProfiles() async throws(JournalError) -> Bool {
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
}
