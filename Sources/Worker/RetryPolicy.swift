package import Model

/// When a failed try is made again, and when it is made no more.
package struct RetryPolicy: Hashable, Sendable {
    /// What follows from a failure.
    package enum Decision: Hashable, Sendable {
        /// Charged; tried again after that time.
        case retry(after: Duration)
        /// Not charged; tried again after that time.
        case snooze(after: Duration)
        /// No further try: a person must see to it.
        case giveUp
    }

    /// How many charged tries an event gets.
    package var maxAttempts: Int
    /// The ceiling of the first backoff; it doubles with each try.
    package var base: Duration
    /// The highest ceiling.
    package var cap: Duration
    /// The highest ceiling for opt-outs, which get ten times as many tries instead: an hour's outage of Salesforce must not
    /// become an hour's delay after it.
    package var optOutCap: Duration
    /// How long whatever depends on a faulty setting rests before it is tried again.
    package var configurationPause: Duration
    /// How long all but opt-outs rest when the org's daily allowance is used up.
    package var quotaPause: Duration

    /// How long a try has to show that a fault is mended, before the next is made.
    package var probeInterval: Duration { configurationPause / 6 }

    package init(
        maxAttempts: Int = 20,
        base: Duration = .seconds(1),
        cap: Duration = .seconds(3600),
        optOutCap: Duration = .seconds(60),
        configurationPause: Duration = .seconds(30),
        quotaPause: Duration = .seconds(600)
    ) {
        self.maxAttempts = maxAttempts
        self.base = base
        self.cap = cap
        self.optOutCap = optOutCap
        self.configurationPause = configurationPause
        self.quotaPause = quotaPause
    }

    /// Exponential backoff with full jitter: a delay between nothing and the ceiling, never less than the other side asked.
    ///
    /// - Parameters:
    ///   - errorClass: What kind of failure it was.
    ///   - attempt: The number of the try that failed, from 1.
    ///   - isOptOut: Whether the event takes somebody's consent away.
    ///   - retryAfter: How long the other side asked us to wait.
    ///   - random: A number in 0..<1.
    /// - Returns: What to do with the event.
    package func decide(
        _ errorClass: ErrorClass,
        attempt: Int,
        isOptOut: Bool,
        retryAfter: Duration?,
        random: Double
    ) -> Decision {
        switch errorClass {
        case .data:
            return .giveUp
        case .configuration:
            return .snooze(after: configurationPause)
        case .quota:
            return .snooze(after: isOptOut ? optOutCap : max(retryAfter ?? .zero, quotaPause))
        case .throttled:
            return .snooze(after: max(retryAfter ?? .zero, jittered(ceiling: .seconds(10), random: random)))
        case .transient, .lostAnswer:
            guard attempt < maxAttempts * (isOptOut ? 10 : 1) else { return .giveUp }
            let ceiling = ceiling(attempt: attempt, isOptOut: isOptOut)
            return .retry(after: max(retryAfter ?? .zero, jittered(ceiling: ceiling, random: random)))
        }
    }

    private func ceiling(attempt: Int, isOptOut: Bool) -> Duration {
        let highest = isOptOut ? min(cap, optOutCap) : cap
        // Beyond 2^20 s every ceiling is the highest one, and the shift stays in range.
        return min(highest, base * (1 << min(max(attempt - 1, 0), 20)))
    }

    private func jittered(ceiling: Duration, random: Double) -> Duration {
        .milliseconds(Int64((Double(ceiling.wholeMilliseconds) * random).rounded(.up)))
    }
}
