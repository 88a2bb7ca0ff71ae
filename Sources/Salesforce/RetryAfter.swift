import Model
import NIOHTTP1

/// Reading `Retry-After`, which only a proxy before Salesforce sends.
enum RetryAfter {
    /// No server makes us wait longer than this.
    static let longest: Duration = .seconds(3600)

    /// The wait in seconds or until a date, between zero and an hour; nil where there is none or it can't be read.
    static func read(_ headers: HTTPHeaders, now: Timestamp) -> Duration? {
        guard let text = headers.first(name: "Retry-After")?.trimmingWhitespace() else { return nil }
        if let date = Timestamp(httpDate: text) { return min(max(date.since(now), .zero), longest) }
        guard !text.isEmpty, text.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
        return min(.seconds(Int64(text) ?? 3600), longest)
    }
}
