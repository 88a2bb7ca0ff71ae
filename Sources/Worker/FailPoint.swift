import Foundation

/// Named steps at which a test lets the process die, as if the power had failed there.
///
/// Armed only by the setting `LEADRELAY_FAILPOINT`, which no documentation for users names; unarmed it is one comparison.
package struct FailPoint: Hashable, Sendable {
    /// The steps of a try that can be told apart from outside.
    package enum Step: String, CaseIterable, Sendable {
        /// Events are claimed, nothing is planned.
        case claimed
        /// The effects are in the journal, nothing is sent.
        case effectsPlanned = "effects.planned"
        /// Salesforce has answered, the answer is not recorded.
        case effectsSent = "effects.sent"
        /// Everything is recorded.
        case concluded
    }

    private let armed: Step?

    package init(armed: Step? = nil) {
        self.armed = armed
    }

    /// Kills this process at once if the step is armed.
    package func pass(_ step: Step) {
        guard step == armed else { return }
        kill(getpid(), SIGKILL)
    }
}
