package import Model

/// Why a question to GetResponse has no answer.
///
/// Each case says whether it is final, can be retried, or asks for a pause; `errorClass` says the same to the worker.
package enum GetResponseError: Error, Hashable, Sendable {
    /// No request is left in the window. Pause: nothing was sent, and the next one is free after `retryAfter`.
    case budgetExhausted(retryAfter: Duration)
    /// The grant ran out before the request could leave. Retryable at once: nothing was sent, the grant stays spent.
    case grantExpired
    /// There is no such thing (404, code 1013). Final: a contact that unsubscribed is not found any more.
    case notFound
    /// Too many requests (429, code 1015), or a temporary block (403, code 1016). Pause for all requests with this key.
    case rateLimited(retryAfter: Duration)
    /// The key or the domain is refused (401 or 403, code 1014; 1021 and 1024 for the headers and the domain).
    /// Configuration: pause until a person mends it.
    case authentication(code: Int?, message: String)
    /// The account, the key or our address is blocked (1017, 1018, 1023, a bare 403). Configuration: don't hammer.
    case blocked(code: Int?, message: String)
    /// The request itself is refused (400 and other 4xx). Final.
    case invalidRequest(code: Int?, message: String, context: [String: String])
    /// GetResponse failed (5xx). Retryable.
    case server(status: Int)
    /// GetResponse is being maintained (code 1019). Retryable.
    case maintenance
    /// The request left, its answer never came whole. Retryable: everything asked here only reads.
    case lostAnswer(reason: String)
    /// No connection; the request did not leave. Retryable.
    case connection(reason: String)
    /// The answer is not what the API promises. Retryable a few times, then a person must look.
    case undecodable(status: Int, reason: String)
    /// The base URL is refused by our own rules, or answers with a redirect. Configuration.
    case unusableBaseURL(reason: String)
    /// The gate could not count the request (the journal is unavailable), so it was not sent. Retryable.
    case uncounted(reason: String)

    /// What the worker does with the event.
    package var errorClass: ErrorClass {
        switch self {
        case .budgetExhausted: .quota
        case .grantExpired, .rateLimited: .throttled
        case .notFound, .invalidRequest: .data
        case .authentication, .blocked, .unusableBaseURL: .configuration
        // A lost answer is harmless here: only reads are sent.
        case .server, .maintenance, .lostAnswer, .connection, .undecodable, .uncounted: .transient
        }
    }

    /// How long to wait at least, where that is known.
    package var retryAfter: Duration? {
        switch self {
        case .budgetExhausted(let wait), .rateLimited(let wait): wait
        case .grantExpired: .zero
        case .maintenance: .seconds(60)
        default: nil
        }
    }
}

/// One sentence for people, without keys and without addresses.
extension GetResponseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .budgetExhausted(let wait):
            "No GetResponse request may leave now; the next one can in \(Self.seconds(wait)) s."
        case .grantExpired: "The permission for a GetResponse request ran out before it could be sent."
        case .notFound: "GetResponse has no such record (404)."
        case .rateLimited(let wait):
            "GetResponse asks us to send nothing for \(Self.seconds(wait)) s (rate limit)."
        case .authentication(let code, let message):
            "GetResponse refuses the log-in\(Self.suffix(code)): \(Self.clean(message)) Check getresponse.apiKey (a key "
                + "unused for 90 days is switched off) and, for MAX, getresponse.domain."
        case .blocked(let code, let message): "GetResponse blocks us\(Self.suffix(code)): \(Self.clean(message))"
        case .invalidRequest(let code, let message, let context):
            "GetResponse refuses the request\(Self.suffix(code)): \(Self.clean(message))"
                + (context["errorDescription"].map { " \(Self.clean($0))" } ?? "")
        case .server(let status): "GetResponse failed (HTTP \(status))."
        case .maintenance: "GetResponse is being maintained."
        case .lostAnswer(let reason): "GetResponse's answer was lost: \(reason)."
        case .connection(let reason): "GetResponse can't be reached: \(reason)."
        case .undecodable(let status, let reason): "GetResponse's answer (HTTP \(status)) can't be read: \(reason)."
        case .unusableBaseURL(let reason): "getresponse.baseURL can't be used: \(reason)."
        case .uncounted(let reason): "The GetResponse request could not be counted, so it was not sent: \(reason)."
        }
    }

    /// Rounded up: after that time it works.
    private static func seconds(_ wait: Duration) -> Int64 {
        wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0)
    }

    private static func suffix(_ code: Int?) -> String { code.map { " (code \($0))" } ?? "" }

    private static func clean(_ message: String) -> String {
        let text = String(message.prefix(300)).withoutAddresses()
        return text.hasSuffix(".") || text.isEmpty ? text : "\(text)."
    }
}
