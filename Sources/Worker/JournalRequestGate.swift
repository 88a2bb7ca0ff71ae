package import GetResponse
package import Journal
import Metrics
import Model
import Synchronization
package import Time

/// Counts GetResponse requests in the journal's ledger, where restarts and all workers share one window.
package struct JournalRequestGate: RequestGate {
    private let journal: EventJournal
    private let scheduler: RequestScheduler
    private let worker: String
    private let share: RequestShare
    private let eventID: Int64?
    private let patience: Duration
    private let afterGrant: @Sendable () -> Void
    private let time: any TimeSource
    private let state: State

    private final class State: Sendable {
        /// What the first grant reserves; a further request of the same fetch finds it reserved.
        let reservation: Mutex<RequestAsk.Reservation>
        /// A grant that was asked for before the client asks.
        let held = Mutex<RequestGrant?>(nil)
        /// How the requests of the fetch were answered so far.
        let statuses = Mutex<[Int]>([])

        init(_ reservation: RequestAsk.Reservation) {
            self.reservation = Mutex(reservation)
        }
    }

    /// A gate for the requests of one fetch or command.
    ///
    /// - Parameters:
    ///   - journal: Where they are counted.
    ///   - budget: The settings of the scheduler.
    ///   - worker: Who sends them.
    ///   - share: Whose part of the budget they come from.
    ///   - eventID: The event on whose behalf they are sent.
    ///   - reservation: What nobody else may ask for meanwhile.
    ///   - patience: How long a request may wait for its grant; a command has a minute.
    ///   - afterGrant: Called between a grant's commit and its use; a test stops the process there.
    ///   - time: The clocks.
    package init(
        journal: EventJournal,
        budget: RequestBudget,
        worker: String,
        share: RequestShare = .lead,
        eventID: Int64? = nil,
        reservation: RequestAsk.Reservation = .nothing,
        patience: Duration = .zero,
        afterGrant: @escaping @Sendable () -> Void = {},
        time: any TimeSource
    ) {
        self.journal = journal
        scheduler = RequestScheduler(budget)
        self.worker = worker
        self.share = share
        self.eventID = eventID
        self.patience = patience
        self.afterGrant = afterGrant
        self.time = time
        state = State(reservation)
    }

    /// Asks for the first request's grant ahead of the client, which then finds it held.
    ///
    /// - Returns: Whether it was granted; false when another worker was faster.
    /// - Throws: `GetResponseError.budgetExhausted`, or `.uncounted` when the journal fails.
    func hold(_ purpose: RequestPurpose) async throws(GetResponseError) -> Bool {
        switch try await answer(purpose) {
        case .granted(let granted):
            let grant = use(granted)
            state.held.withLock { $0 = grant }
            return true
        case .taken: return false
        case .wait(let wait): throw .budgetExhausted(retryAfter: wait)
        }
    }

    package func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
        if let held = state.held.withLock({ $0.take() }) { return held }
        return try await ask(purpose)
    }

    private func ask(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
        let deadline = time.read().boot + patience.wholeMilliseconds
        while true {
            switch try await answer(purpose) {
            case .granted(let granted): return use(granted)
            case .taken:
                throw .uncounted(reason: "another worker asks for this already")
            case .wait(let wait):
                guard time.read().boot + wait.wholeMilliseconds <= deadline else {
                    throw .budgetExhausted(retryAfter: wait)
                }
                do {
                    try await time.sleep(for: wait)
                } catch {
                    throw .uncounted(reason: "it was cancelled while it waited for the budget")
                }
            }
        }
    }

    private func use(_ granted: LedgerGrant) -> RequestGrant {
        state.reservation.withLock { $0 = .nothing }
        afterGrant()
        let usableUntil = granted.grantedBoot + RequestBudget.grantLifetime.wholeMilliseconds
        return RequestGrant(id: granted.id) { [time] in time.read().boot < usableUntil }
    }

    private func answer(_ purpose: RequestPurpose) async throws(GetResponseError) -> LedgerAnswer {
        let ask = RequestAsk(
            purpose: purpose.rawValue,
            share: share,
            worker: worker,
            eventID: eventID,
            reservation: state.reservation.withLock(\.self),
            length: scheduler.budget.length,
            flight: scheduler.budget.flight
        )
        do {
            return try await journal.grantRequest(ask) { [scheduler, share] in scheduler.decide(share, $0) }
        } catch {
            throw .uncounted(reason: "\(error)")
        }
    }

    /// Whether a request of this gate was answered with that status.
    func wasAnswered(_ status: Int) -> Bool {
        state.statuses.withLock { $0.contains(status) }
    }

    package func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async {
        if let status { state.statuses.withLock { $0.append(status) } }
        Counter(
            label: "leadrelay_getresponse_requests_total",
            dimensions: [("share", share.rawValue), ("result", status.map { "\($0 / 100)xx" } ?? "none")]
        ).increment()
        let pause = rateLimit?.rest.map { rest in
            Pause(
                subject: .getResponse,
                reason: "\(GetResponseError.rateLimited(retryAfter: rest))",
                errorClass: .throttled,
                until: Timestamp(milliseconds: time.read().wall).advanced(by: rest)
            )
        }
        if pause != nil { Counter(label: "leadrelay_pauses_total", dimensions: [("class", "throttled")]).increment() }
        // A grant that can't be settled still counts: the row is there, only its status is missing. Without its pause the
        // next request hears the server's word again.
        try? await journal.settleRequest(grant.id, status: status, pause: pause)
    }
}
