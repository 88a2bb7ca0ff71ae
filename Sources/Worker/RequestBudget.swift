package import Journal

/// The rule of the GetResponse request cap: no rolling hour holds more requests than the plan allows.
///
/// A pure rule over the ledger in the journal, so that restarts and several workers share one window.
package struct RequestBudget: Hashable, Sendable {
    /// Requests a window; the plan `standard` has 400, `max` 5,000.
    package var cap: Int
    /// How long a request counts: 3,600 s, plus the 2 s that a grant may wait before it is sent, plus the time-out within
    /// which it reaches the server.
    package var length: Duration
    /// What GetResponse itself allows in a second; half of it is used, since grants of one second may leave in the next.
    package static let perSecond = 40
    /// How long a grant may be used after it was committed.
    package static let grantLifetime: Duration = .seconds(2)

    package init(cap: Int, window: Duration = .seconds(3600), requestTimeout: Duration = .seconds(10)) {
        self.cap = cap
        length = window + Self.grantLifetime + requestTimeout
    }

    /// Whether one more request fits.
    package func decide(_ window: RequestWindow) -> RequestDecision {
        guard window.count >= cap else {
            return window.lastSecondCount < Self.perSecond ? .grant : .wait(.milliseconds(100))
        }
        // The request at the cap-th place must leave the window first; a ledger that can't tell waits for all of it.
        return .wait(max(.milliseconds(1), length - (window.blockingAge ?? .zero)))
    }

    /// How many requests are left in the window.
    package func left(_ window: RequestWindow) -> Int {
        max(0, cap - window.count)
    }
}
