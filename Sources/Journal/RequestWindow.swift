/// What the ledger says of the GetResponse requests granted within the window, at one moment.
///
/// Rows of this boot count by the boot clock, others by wall time, and what lies in the future counts as now.
package struct RequestWindow: Hashable, Sendable {
    /// The time for which GetResponse requests are paused.
    package struct Rest: Hashable, Sendable {
        /// What is left of it; at most an hour.
        package var remaining: Duration
        /// How much of it the server asked for, which holds up everybody; the rest is a fault that an operator may look into.
        package var asked: Duration

        package init(remaining: Duration, asked: Duration = .zero) {
            self.remaining = remaining
            self.asked = asked
        }
    }

    /// The ages of the requests in milliseconds, newest first.
    package var ages: [Int64]
    /// How many of them came from the share `upkeep`.
    package var upkeepCount: Int
    /// How many requests may be under way: granted a moment ago, and not known to have ended.
    package var inFlight: Int
    /// The pause in force, if any.
    package var rest: Rest?

    /// How many requests were granted within the window.
    package var count: Int { ages.count }

    package init(ages: [Int64] = [], upkeepCount: Int = 0, inFlight: Int = 0, rest: Rest? = nil) {
        self.ages = ages
        self.upkeepCount = upkeepCount
        self.inFlight = inFlight
        self.rest = rest
    }
}

/// Whether a request may be sent now.
package enum RequestDecision: Hashable, Sendable {
    case grant
    /// Not before that much time has passed.
    case wait(Duration)
}
