import Foundation
import Synchronization

/// Named steps at which a test lets the process die, as if the power had failed there.
///
/// Armed only by the setting `LEADRELAY_FAILPOINT`, which no documentation for users names; unarmed it is one comparison.
package struct FailPoint: Sendable {
    /// The steps that can be told apart from outside.
    package enum Step: String, CaseIterable, Sendable {
        /// Ingest: callbacks are on disk, nobody is answered.
        case callbacksCommitted = "callbacks.committed"
        /// Callbacks have become events, none of them is claimed.
        case decoded
        /// Events are claimed, nothing is planned.
        case claimed
        /// The effects are in the journal, nothing is sent.
        case effectsPlanned = "effects.planned"
        /// Salesforce has answered, the answer is not recorded.
        case effectsSent = "effects.sent"
        /// Everything is recorded.
        case concluded
        /// A request to GetResponse is granted and counted, and not sent.
        case requestGranted = "request.granted"
        /// GetResponse has answered, the profile is not stored.
        case profileFetched = "profile.fetched"
        /// What a page of removed contacts lacked is appended, the next page is not asked for.
        case pageReconciled = "page.reconciled"
        /// A page of a sweep is judged and what it found appended, the next page is not asked for.
        case pageSwept = "page.swept"
        /// A page of history is appended, the next one is not asked for.
        case pageBackfilled = "page.backfilled"
        /// The events of a dead worker are taken back, none of them is claimed anew.
        case rescued
    }

    /// Where the process dies; nil: nowhere.
    package let armed: Step?
    /// At which passing of the step, from 1.
    package let number: Int
    private let passings = Passings()
    private let death: @Sendable () async -> Void

    /// - Parameters:
    ///   - armed: Where the process dies.
    ///   - number: At which passing of the step, from 1.
    ///   - death: What stands in for the end of the process, where a test lets one of several workers in it die.
    package init(
        armed: Step? = nil,
        number: Int = 1,
        death: @escaping @Sendable () async -> Void = { kill(getpid(), SIGKILL) }
    ) {
        self.armed = armed
        self.number = number
        self.death = death
    }

    /// Reads `STEP`, or `STEP:NUMBER` to die only at that passing; anything else arms nothing.
    package init(setting: String?) {
        let parts = (setting ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count > 1 ? Int(parts[1]) : 1
        self.init(armed: number.flatMap { _ in Step(rawValue: String(parts[0])) }, number: number ?? 1)
    }

    /// Kills this process at once if the step is armed and this is the passing that counts.
    package func pass(_ step: Step) {
        guard step == armed, passings.next() == number else { return }
        kill(getpid(), SIGKILL)
    }

    /// The same for a step of a worker, which a test can let die in another way.
    func reach(_ step: Step) async {
        guard step == armed, passings.next() == number else { return }
        await death()
    }

    private final class Passings: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
