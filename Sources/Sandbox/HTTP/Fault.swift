/// Something that goes wrong with a request on purpose.
package enum Fault: Sendable, Equatable {
    /// Answers this instead of doing the work.
    case respond(status: Int, body: String, contentType: String)
    /// Closes the connection without doing the work: the client can't tell it from `dropAfterWork`.
    case dropBeforeWork
    /// Does the work, then closes the connection instead of answering: a lost answer.
    case dropAfterWork
    /// Does the work at once and answers this much later.
    case delay(Duration)

    /// A gateway's answer when the service behind it is away: HTML, where a client expects JSON.
    package static let serviceUnavailable = Fault.respond(
        status: 503,
        body:
            "<html><head><title>Service Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>",
        contentType: "text/html"
    )

    /// Salesforce's 400 for a record that another transaction holds.
    package static let unableToLockRow = Fault.respond(
        status: 400,
        body: #"[{"message":"unable to obtain exclusive access to this record or 1 records: 00Q000000000001AAA","#
            + #""errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]"#,
        contentType: "application/json;charset=UTF-8"
    )

    /// Salesforce's 403 once the org's requests of the day are used up.
    package static let requestLimitExceeded = Fault.respond(
        status: 403,
        body: #"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#,
        contentType: "application/json;charset=UTF-8"
    )

    /// Salesforce's 403 for too many long requests at once; the same code as for the day's limit.
    package static let concurrentRequestsExceeded = Fault.respond(
        status: 403,
        body: #"[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","#
            + #""errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#,
        contentType: "application/json;charset=UTF-8"
    )

    /// A short name for the request log.
    var name: String {
        switch self {
        case .respond(let status, _, _): "respond \(status)"
        case .dropBeforeWork: "dropBeforeWork"
        case .dropAfterWork: "dropAfterWork"
        case .delay: "delay"
        }
    }
}

/// Which requests a fault hits; what is nil matches everything.
package struct RequestMatcher: Sendable {
    package var method: String?
    /// A part of the path and query as sent.
    package var path: String?
    /// A part of the body.
    package var body: String?
    private var predicate: (@Sendable (SandboxRequest) -> Bool)?

    package init(method: String? = nil, path: String? = nil, body: String? = nil) {
        self.method = method
        self.path = path
        self.body = body
    }

    /// Every request.
    package static let any = RequestMatcher()

    /// Requests with this text in the path or query.
    package static func path(_ part: String) -> RequestMatcher { RequestMatcher(path: part) }

    /// Requests that `predicate` accepts.
    package static func satisfying(_ predicate: @escaping @Sendable (SandboxRequest) -> Bool) -> RequestMatcher {
        var matcher = RequestMatcher()
        matcher.predicate = predicate
        return matcher
    }

    func matches(_ request: SandboxRequest) -> Bool {
        if let method, method.uppercased() != request.method { return false }
        if let path, !"\(request.path)?\(request.query)".contains(path) { return false }
        if let body, !request.text.contains(body) { return false }
        return predicate?(request) ?? true
    }
}
