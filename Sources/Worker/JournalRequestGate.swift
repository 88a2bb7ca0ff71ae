package import GetResponse
package import Journal
import Synchronization
package import Time

/// Counts GetResponse requests in the journal's ledger, where restarts and all workers share one window.
package struct JournalRequestGate: RequestGate {
    private let journal: EventJournal
    private let budget: RequestBudget
    private let worker: String
    private let eventID: Int64?
    private let time: any TimeSource
    /// Whether the event's fetch is reserved: the first request of a fetch does it, a second one finds it done.
    private let reservation: Reservation

    private final class Reservation: Sendable {
        let isMade = Mutex(false)
    }

    /// A gate for requests of `worker`; with an event, for the fetch of its profile.
    package init(
        journal: EventJournal,
        budget: RequestBudget,
        worker: String,
        eventID: Int64? = nil,
        time: any TimeSource
    ) {
        self.journal = journal
        self.budget = budget
        self.worker = worker
        self.eventID = eventID
        self.time = time
        reservation = Reservation()
    }

    package func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
        let answer: LedgerAnswer
        do {
            answer = try await journal.grantRequest(
                purpose: purpose.rawValue,
                worker: worker,
                fetchOf: eventID,
                reservesFetch: !reservation.isMade.withLock { $0 },
                cap: budget.cap,
                length: budget.length,
                decide: { [budget] in budget.decide($0) }
            )
        } catch {
            throw .uncounted(reason: "\(error)")
        }
        switch answer {
        case .granted(let grant):
            reservation.isMade.withLock { $0 = true }
            let usableUntil = grant.grantedBoot + RequestBudget.grantLifetime.components.seconds * 1000
            return RequestGrant(id: grant.id) { [time] in time.read().boot < usableUntil }
        case .wait(let duration):
            throw .budgetExhausted(retryAfter: duration)
        case .taken:
            throw .uncounted(reason: "another worker fetches this contact")
        }
    }

    package func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async {
        // A grant that can't be settled still counts: the row is there, only its status is missing.
        try? await journal.settleRequest(grant.id, status: status)
    }
}
