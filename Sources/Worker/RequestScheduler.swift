package import Journal

/// The rule of the GetResponse request cap, over the ledger in the journal.
///
/// It is pure: the same ledger gives the same answer, whoever asks. It is asked inside the transaction that records the grant, so
/// that restarts and several workers share one window.
package struct RequestScheduler: Hashable, Sendable {
    package let budget: RequestBudget
    /// How soon to look again when nothing but the answers under way hold a request up.
    static let answerWait: Duration = .milliseconds(100)

    package init(_ budget: RequestBudget) {
        self.budget = budget
    }

    /// Whether one more request of this share may go now.
    package func decide(_ share: RequestShare, _ window: RequestWindow) -> RequestDecision {
        guard let earliest = RequestSchedule(budget, after: window, for: [share]).earliest(for: share) else {
            return .wait(budget.length)
        }
        guard earliest <= 0 else { return .wait(.milliseconds(earliest)) }
        return window.inFlight < budget.inFlight ? .grant : .wait(Self.answerWait)
    }

    /// When the requests that are still needed will have gone, the most urgent lanes first.
    ///
    /// Answers are taken to come at once, and nothing to join the queue.
    package func forecast(_ backlog: RequestBacklog, _ window: RequestWindow) -> BudgetForecast {
        BudgetForecast(backlog, window, budget: budget)
    }
}
