import Model
import Synchronization

/// The org's API usage in the last 24 hours, as `Sforce-Limit-Info` tells it on every answer (slightly stale).
package struct LimitInfo: Hashable, Sendable {
    /// Requests used by all of the org's integrations.
    package var used: Int
    /// Requests the org may use.
    package var allowed: Int

    package init(used: Int, allowed: Int) {
        self.used = used
        self.allowed = allowed
    }

    /// How much of the allowance is used, from 0 on; over 1 where the org may exceed it.
    package var share: Double { allowed > 0 ? Double(used) / Double(allowed) : 1 }

    /// Reads `api-usage=18/5000`, also with a quota of the app behind it.
    package init?(header: String) {
        for part in header.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { String($0).trimmingWhitespace() }
            guard pair.count == 2, pair[0] == "api-usage" else { continue }
            let numbers = pair[1].split(separator: "/").map { Int($0) }
            guard numbers.count == 2, let used = numbers[0], let allowed = numbers[1] else { return nil }
            self.init(used: used, allowed: allowed)
            return
        }
        return nil
    }
}

/// A limit info, and how many answers have told one so far: the next answer may well say the same.
package struct LimitReading: Hashable, Sendable {
    package var info: LimitInfo
    package var number: Int
}

/// The newest limit info, shared by all copies of a client.
final class LatestLimitInfo: Sendable {
    private let value = Mutex<LimitReading?>(nil)

    var current: LimitReading? { value.withLock { $0 } }

    func record(_ info: LimitInfo?) {
        guard let info else { return }
        value.withLock { $0 = LimitReading(info: info, number: ($0?.number ?? 0) + 1) }
    }
}
