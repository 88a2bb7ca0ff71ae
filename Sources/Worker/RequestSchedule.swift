package import Journal
import Model

/// The requests of the window and of the time to come, which tell when each share's next one may go.
///
/// A value without a clock: time is in milliseconds from the moment of the ledger, what is over is negative. `decide` asks it
/// once for the request at hand, the forecast goes on asking for all that are needed.
package struct RequestSchedule: Sendable {
    private let budget: RequestBudget
    private let rest: RequestWindow.Rest?
    private let upkeepCount: Int
    private var times: [Int64] = []
    /// One for each rhythm among the shares; a handful.
    private var paces: [RequestPace] = []

    /// The schedule after the requests of the window.
    ///
    /// - Parameters:
    ///   - budget: The settings.
    ///   - window: The ledger at this moment.
    ///   - shares: Whose requests will be asked about.
    package init(_ budget: RequestBudget, after window: RequestWindow, for shares: [RequestShare]) {
        self.budget = budget
        rest = window.rest
        upkeepCount = window.upkeepCount
        times = window.ages.reversed().map { -$0 }
        for share in shares {
            let rhythm = budget.rhythm(of: share, upkeepCount: upkeepCount)
            guard !paces.contains(where: { $0.rhythm == rhythm }) else { continue }
            paces.append(RequestPace(rhythm, after: times))
        }
    }

    /// The earliest time at which a request of the share may go, from 0; nil when it never may.
    package func earliest(for share: RequestShare) -> Int64? {
        let rhythm = budget.rhythm(of: share, upkeepCount: upkeepCount)
        guard let paced = paces.first(where: { $0.rhythm == rhythm })?.earliest else { return nil }
        var time = max(0, paced)
        if let rest {
            time = max(time, (share == .upkeep ? rest.asked : rest.remaining).wholeMilliseconds)
        }
        for (count, length) in [(budget.grantsPerSecond, 1000), (budget.grantsPerTenMinutes, 600_000 as Int64)]
        where times.count >= count {
            time = max(time, times[times.count - count] + length)
        }
        return time
    }

    /// Adds a request that goes at that time.
    package mutating func append(_ time: Int64) {
        times.append(time)
        for index in paces.indices { paces[index].append(time) }
    }
}
