/// The judge's questions.
extension SchedulerSimulation.Outcome {
    /// The fewest true milliseconds that any `cap + 1` requests took to arrive; nil for fewer requests.
    func tightest(_ cap: Int) -> Int64? {
        arrivals.indices.dropFirst(cap).map { arrivals[$0] - arrivals[$0 - cap] }.min()
    }

    /// The most requests that arrived within so many true milliseconds.
    func most(within length: Int64) -> Int {
        var first = 0
        return arrivals.indices.map { index in
            while arrivals[index] - arrivals[first] >= length { first += 1 }
            return index - first + 1
        }.max() ?? 0
    }

    /// The most requests that were under way at one moment.
    var mostAtATime: Int {
        // Who arrives makes room for who leaves in the same millisecond.
        let changes = flights.flatMap { [($0.lowerBound, 1), ($0.upperBound, -1)] }.sorted { $0 < $1 }
        var count = 0
        return changes.map { _, change in
            count += change
            return count
        }.max() ?? 0
    }

    /// The fewest grants in any 3,600 s that lie within a busy time.
    ///
    /// The worst window begins right behind a grant.
    func leastUsed(window: Int64 = 3_600_000) -> Int? {
        let times = grants.map(\.time)
        var least: Int?
        for period in busy {
            var end = 0
            for (index, time) in times.enumerated() where time >= period.lowerBound {
                guard time + window <= period.upperBound else { break }
                end = max(end, index)
                while end < times.count, times[end] <= time + window { end += 1 }
                least = min(least ?? .max, end - index - 1)
            }
        }
        return least
    }

    /// The longest true time between two grants within a busy time.
    var longestGap: Int64 {
        let times = grants.map(\.time)
        return busy.flatMap { period in
            let within = times.filter(period.contains)
            return zip(within.dropFirst(), within).map { $0 - $1 }
        }.max() ?? 0
    }
}
