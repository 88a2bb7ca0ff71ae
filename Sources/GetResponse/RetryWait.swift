import Model

/// How long to stay away after GetResponse asked for it.
///
/// The wait stands in up to three places, in several forms, and they need not agree: `Retry-After` (seconds or a date),
/// `X-RateLimit-Reset` ("432 seconds", by one account a Unix time) and `context.timeToReset` ("100 seconds").
enum RetryWait {
    /// No server makes us wait longer than this.
    static let longest: Duration = .seconds(3600)
    /// The wait after a 429 that names none.
    static let afterTooMany: Duration = .seconds(60)
    /// The same where requests are left in the limit that the headers tell of: it was too much at once.
    static let afterThrottle: Duration = .seconds(10)
    /// The least wait after a temporary block (1016): the old documents speak of about 15 minutes.
    static let afterBlock: Duration = .seconds(900)

    /// The longest of the waits that can be read, between one second and `longest`; `fallback` when none can.
    static func longest(of texts: [String?], fallback: Duration, now: Timestamp) -> Duration {
        let waits = texts.compactMap { $0.flatMap { parse($0, now: now) } }
        return min(max(waits.max() ?? fallback, .seconds(1)), longest)
    }

    /// Reads one wait: "432 seconds", "432", a Unix time (any number over 1e9), or an HTTP date.
    ///
    /// - Returns: The time from `now`, never negative; nil when there is no number and no date.
    static func parse(_ text: String, now: Timestamp) -> Duration? {
        let trimmed = text.trimmingWhitespace()
        if let date = Timestamp(httpDate: trimmed) { return max(date.since(now), .zero) }
        let digits = trimmed.prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return nil }
        // More digits than any time has: the cap of one hour is what counts then.
        guard digits.count < 16, var seconds = Int64(digits) else { return longest }
        if trimmed.dropFirst(digits.count).first == "." { seconds += 1 }
        guard seconds > 1_000_000_000 else { return .seconds(seconds) }
        // Beyond any date in seconds it must be milliseconds.
        let epoch = seconds > 100_000_000_000 ? seconds : seconds * 1000
        return max(Timestamp(milliseconds: epoch).since(now), .zero)
    }
}
