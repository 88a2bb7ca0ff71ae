import Foundation
import Model
import Synchronization

/// What tests of the request budget with real processes set in the environment; no documentation for users names it.
enum BudgetTestSeam {
    /// Stands in for the hour in which the cap counts.
    static let windowName = "LEADRELAY_BUDGET_WINDOW"
    /// Stops the process (SIGSTOP) right after the grant of that number, before it is used.
    static let stopName = "LEADRELAY_STOP_AFTER_GRANT"

    /// The window, where it is set.
    ///
    /// - Throws: `SettingsError` for what is no duration, and wherever real requests would be sent under a wrong cap.
    static func window(_ environment: [String: String], baseURL: ServiceURL) throws(SettingsError) -> Duration? {
        guard let text = environment[windowName], !text.isEmpty else { return nil }
        guard baseURL.isLoopback else {
            throw SettingsError([
                .conflict("\(windowName) is for tests against loopback only; remove it, the cap counts by the hour")
            ])
        }
        guard let window = SettingDuration(rawValue: text)?.duration, window >= .seconds(1), window <= .seconds(3600)
        else {
            throw SettingsError([.conflict("\(windowName) must be a duration from 1s to 1h, such as 20s")])
        }
        return window
    }

    /// What to do after each grant.
    static func stopAfterGrant(_ environment: [String: String]) -> @Sendable () -> Void {
        guard let number = environment[stopName].flatMap(Int.init) else { return {} }
        let grants = GrantCount()
        return {
            guard grants.next() == number else { return }
            kill(getpid(), SIGSTOP)
            // The signal may reach another thread first, and this one would go on for a while.
            sleep(1)
        }
    }

    private final class GrantCount: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
