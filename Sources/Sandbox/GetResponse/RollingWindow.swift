/// A log of request times that answers exactly how many fell into the window that ends now.
///
/// A request at `t` counts until just before `t + length`: with a length of 3,600 s, one that left at 12:00:00.000 makes
/// room at 13:00:00.000. Refused requests are never recorded, so a client that hammers can recover.
struct RollingWindow: Sendable {
    let limit: Int
    /// Milliseconds.
    let length: Int64
    private var times: [Int64] = []
    private var first = 0

    init(limit: Int, length: Duration) {
        self.limit = limit
        self.length = length.components.seconds * 1000 + length.components.attoseconds / 1_000_000_000_000_000
    }

    /// Requests left in the window that ends at `now`.
    mutating func remaining(at now: Int64) -> Int {
        forget(before: now)
        return max(0, limit - (times.count - first))
    }

    /// Whole seconds, rounded up, until the oldest counted request makes room; 0 when there is none.
    mutating func secondsToReset(at now: Int64) -> Int64 {
        forget(before: now)
        guard first < times.count else { return 0 }
        return max(0, (times[first] + length - now + 999) / 1000)
    }

    /// Counts a request at `now`.
    mutating func record(at now: Int64) {
        times.append(max(now, times.last ?? now))
    }

    private mutating func forget(before now: Int64) {
        while first < times.count, times[first] + length <= now { first += 1 }
        guard first > 4096 else { return }
        times.removeFirst(first)
        first = 0
    }
}
