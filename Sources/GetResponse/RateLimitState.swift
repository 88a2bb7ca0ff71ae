import Model
import NIOHTTP1

/// What one answer says about GetResponse's own rate limit.
///
/// The headers describe whichever bucket applies (10 minutes or one second), so `limit` is not the plan's limit.
package struct RateLimitState: Hashable, Sendable {
    /// `X-RateLimit-Limit`.
    package var limit: Int?
    /// `X-RateLimit-Remaining`.
    package var remaining: Int?
    /// `X-RateLimit-Reset`, as time from now.
    package var reset: Duration?
    /// How long the server asks us to send nothing; only after a 429 or a temporary block, at most an hour.
    package var pause: Duration?

    package init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil, pause: Duration? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.pause = pause
    }

    /// Reads the headers; nil when the answer has none of them.
    init?(headers: HTTPHeaders, now: Timestamp) {
        limit = headers.first(name: "X-RateLimit-Limit").flatMap { Int($0.trimmingWhitespace()) }
        remaining = headers.first(name: "X-RateLimit-Remaining").flatMap { Int($0.trimmingWhitespace()) }
        reset = headers.first(name: "X-RateLimit-Reset").flatMap { RetryWait.parse($0, now: now) }
        pause = nil
        if limit == nil, remaining == nil, reset == nil { return nil }
    }

    /// How long nothing should be sent: the longest of the pause and, where no request remains, the reset; at most an hour.
    package var rest: Duration? {
        let waits = [pause, remaining.map { $0 <= 0 } == true ? reset : nil].compactMap { $0 }.filter { $0 > .zero }
        return waits.max().map { min($0, RetryWait.longest) }
    }
}
