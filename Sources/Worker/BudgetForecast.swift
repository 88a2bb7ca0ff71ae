import Journal
package import Model

/// What is used and left of the budget, and when the requests that are needed will have gone.
package struct BudgetForecast: Hashable, Sendable {
    /// One lane's need.
    package struct LaneNeed: Hashable, Sendable {
        package var lane: Lane
        /// Requests still needed.
        package var requests: Int
        /// How long from now until the last of them may go; nil when it never may.
        package var drainedAfter: Duration?
    }

    package var cap: Int
    /// Requests in the window.
    package var used: Int
    package var left: Int
    /// What is left of a pause of all requests.
    package var pausedFor: Duration?
    /// The lanes that need requests, the most urgent first.
    package var needs: [LaneNeed] = []

    /// How long from now until the last request that is needed may go; nil when none is needed, or one never may.
    package var drainedAfter: Duration? {
        let ends = needs.map(\.drainedAfter)
        guard !ends.isEmpty, !ends.contains(nil) else { return nil }
        return ends.compactMap { $0 }.max()
    }

    /// Beyond so many requests the end is reckoned from the pace, since nobody needs it to the second.
    private static let exactly = 50_000

    init(_ backlog: RequestBacklog, _ window: RequestWindow, budget: RequestBudget) {
        cap = budget.cap
        used = window.count
        left = budget.left(window)
        pausedFor = window.rest?.remaining
        let lanes = backlog.requests.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        var schedule = RequestSchedule(budget, after: window, for: lanes.map { RequestShare(lane: $0.key) })
        var now: Int64 = 0
        var isEndless = false
        for (lane, requests) in lanes {
            let share = RequestShare(lane: lane)
            for _ in 0..<min(requests, Self.exactly) where !isEndless {
                guard let earliest = schedule.earliest(for: share) else {
                    isEndless = true
                    break
                }
                now = max(now, earliest)
                schedule.append(now)
            }
            let rhythm = budget.rhythm(of: share, upkeepCount: 0)
            now += Int64(max(0, requests - Self.exactly)) * rhythm.length / Int64(max(1, rhythm.cap))
            needs.append(
                LaneNeed(lane: lane, requests: requests, drainedAfter: isEndless ? nil : .milliseconds(now))
            )
        }
    }
}
