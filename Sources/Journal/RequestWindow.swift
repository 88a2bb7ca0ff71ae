/// What the ledger says of the GetResponse requests granted in the last `length`.
///
/// Rows of this boot count by the boot clock, others by wall time, and what lies in the future counts as now.
package struct RequestWindow: Hashable, Sendable {
    /// How many requests were granted within the window.
    package var count: Int
    /// The age of the oldest of them.
    package var oldestAge: Duration?
    /// The age of the newest of them.
    package var newestAge: Duration?
    /// The age of the one that has to leave the window before another may be granted, when the window is full.
    package var blockingAge: Duration?
    /// How many requests were granted within the last second.
    package var lastSecondCount: Int

    package init(
        count: Int = 0,
        oldestAge: Duration? = nil,
        newestAge: Duration? = nil,
        blockingAge: Duration? = nil,
        lastSecondCount: Int = 0
    ) {
        self.count = count
        self.oldestAge = oldestAge
        self.newestAge = newestAge
        self.blockingAge = blockingAge
        self.lastSecondCount = lastSecondCount
    }
}

/// Whether a request may be sent now.
package enum RequestDecision: Hashable, Sendable {
    case grant
    /// Not before that much time has passed.
    case wait(Duration)
}

/// A committed row of `api_request`: the right to send one request within two seconds.
package struct LedgerGrant: Hashable, Sendable {
    package var id: Int64
    /// When it was granted, in milliseconds of the boot clock.
    package var grantedBoot: Int64
}

/// What a request for a grant came to.
package enum LedgerAnswer: Hashable, Sendable {
    case granted(LedgerGrant)
    case wait(Duration)
    /// Somebody else has the event's fetch in hand, or it waits no more.
    case taken
}
