import Model
import NIOHTTP1

/// GetResponse's error body: `httpStatus`, `code`, `message`, `context` and more.
struct ErrorEnvelope: Hashable, Sendable {
    var code: Int?
    var message: String
    /// The scalar members of `context`; empty for PHP's `[]`.
    var context: [String: String]

    /// Nil when the body is not such an object (an HTML page of a proxy).
    init?(_ json: JSONValue?) {
        guard let json, json["code"] != nil || json["message"] != nil else { return nil }
        code = json["code"]?.integer
        message = json["message"]?.text ?? json["codeDescription"]?.text ?? ""
        var scalars: [String: String] = [:]
        if case .object(let members)? = json["context"] { scalars = members.compactMapValues(\.text) }
        context = scalars
    }
}

extension GetResponseError {
    /// The error that an answer other than 2xx means.
    ///
    /// The code decides before the status: 1014 comes as 401 and as 403, 1024 as 404.
    init(refusal answer: HTTPAnswer, now: Timestamp) {
        let envelope = ErrorEnvelope(JSONValue(bytes: answer.body))
        let message = envelope?.message ?? ""
        let code = envelope?.code
        // The headers tell of one of several limits: where requests are left of it, its end says nothing of this refusal.
        let headers = RateLimitState(headers: answer.headers, now: now)
        let isOfAnotherLimit = headers?.remaining.map { $0 > 0 } ?? false
        let waits = [
            answer.headers.first(name: "Retry-After"),
            isOfAnotherLimit ? nil : answer.headers.first(name: "X-RateLimit-Reset"), envelope?.context["timeToReset"],
        ]
        let fallback = isOfAnotherLimit ? RetryWait.afterThrottle : RetryWait.afterTooMany
        switch (code, answer.status) {
        case (1016?, _):
            let wait = RetryWait.longest(of: waits, fallback: RetryWait.afterBlock, now: now)
            self = .rateLimited(retryAfter: max(wait, RetryWait.afterBlock))
        case (1015?, _), (_, 429):
            self = .rateLimited(retryAfter: RetryWait.longest(of: waits, fallback: fallback, now: now))
        case (1014?, _), (1021?, _), (1024?, _): self = .authentication(code: code, message: message)
        case (1017?, _), (1018?, _), (1023?, _): self = .blocked(code: code, message: message)
        case (1019?, _): self = .maintenance
        case (1013?, _): self = .notFound
        case (_, 401): self = .authentication(code: code, message: message)
        case (_, 403): self = .blocked(code: code, message: message)
        case (_, 404):
            // Without GetResponse's own body it was somebody else who answered, and "no such contact" would be a lie.
            self =
                envelope == nil ? .undecodable(status: 404, reason: "\(Self.foreign) getresponse.baseURL") : .notFound
        case (_, 408), (_, 425), (_, 500...): self = .server(status: answer.status)
        case (_, 300..<400):
            self = .unusableBaseURL(reason: "it answers with a redirect (HTTP \(answer.status)), and none is followed")
        case (_, 400..<500):
            self = .invalidRequest(code: code, message: message, context: envelope?.context ?? [:])
        default: self = .undecodable(status: answer.status, reason: "the status is not one that the API uses")
        }
    }

    private static let foreign = "the body is not GetResponse's; check"
}
