package import AsyncHTTPClient
import Foundation
package import Logging
import Model
import NIOHTTP1
package import Time

/// Reads and writes an org's records over the REST API.
///
/// Copies share the session and the limit info. `HTTPClient` must be configured with `redirectConfiguration: .disallow`
/// (a followed redirect could carry the token elsewhere). It repeats nothing but the attempt to connect, not even an
/// idempotent request on a pooled connection that the server had closed: that surfaces here as a lost answer. Set its
/// `timeout.connect` below `SalesforceConfiguration.timeout` and `connectionPool.retryConnectionEstablishment` to false,
/// else a refused connection is tried until the time is up. Its `decompression` may be on.
package struct SalesforceClient: Sendable {
    let configuration: SalesforceConfiguration
    let transport: Transport
    let session: SalesforceSession
    let limitInfo = LatestLimitInfo()
    let logger: Logger
    let time: any TimeSource

    package init(
        configuration: SalesforceConfiguration,
        httpClient: HTTPClient,
        logger: Logger,
        time: any TimeSource = SystemTimeSource()
    ) {
        self.configuration = configuration
        transport = Transport(httpClient: httpClient, timeout: configuration.timeout)
        session = SalesforceSession(configuration: configuration, transport: transport, logger: logger, time: time)
        self.logger = logger
        self.time = time
    }

    /// The org's API usage as the latest answer told it; nil before the first.
    package var latestLimitInfo: LimitInfo? { limitInfo.current?.info }

    /// The same with the number of answers that have told it, by which a fresh one is known; nil before the first.
    package var latestLimitReading: LimitReading? { limitInfo.current }

    /// Proves the log-in; asks for a token only if there is none yet.
    ///
    /// - Returns: The org's host.
    package func verifyLogin() async throws(SalesforceError) -> String {
        try await session.token().instance.host
    }

    /// The id of the user that the org knows us as, 15 or 18 characters; nil where the log-in did not tell.
    package func userID() async throws(SalesforceError) -> String? {
        try await session.token().userID
    }

    /// The path of a resource of the configured API version.
    func path(_ segments: String...) -> String { path(segments) }

    /// The path of a resource of the configured API version.
    func path(_ segments: [String]) -> String {
        "/services/data/\(configuration.apiVersion)/" + segments.map(\.percentEncoded).joined(separator: "/")
    }

    /// Sends a request with a token; after a 401 once more with a fresh one.
    ///
    /// Not every 401 is an expired session (an app can be barred for good), so a second one is the org's last word.
    ///
    /// - Throws: `sessionRejected` for the second 401; every other status but 401 is an answer.
    func send(_ outgoing: Outgoing) async throws(SalesforceError) -> HTTPAnswer {
        try SalesforceConfiguration.validate(apiVersion: configuration.apiVersion)
        let token = try await session.token()
        let first = try await send(outgoing, with: token)
        guard first.status == 401 else { return first }
        let second = try await send(outgoing, with: session.token(after: token))
        guard second.status == 401 else { return second }
        throw .sessionRejected(APIFault.list(in: second.body))
    }

    /// The error that an answer other than the expected ones means.
    func refusal(_ answer: HTTPAnswer) -> SalesforceError {
        let faults = APIFault.list(in: answer.body)
        let wait = RetryAfter.read(answer.headers, now: Timestamp(milliseconds: time.read().wall))
        switch answer.status {
        case 410: return .versionRetired(configuration.apiVersion)
        case 300..<400:
            return .unusableURL(reason: "the org answers with a redirect (HTTP \(answer.status)), and none is followed")
        case 500... where faults.isEmpty: return .server(status: answer.status, retryAfter: wait)
        default: return .faults(status: answer.status, faults, retryAfter: wait)
        }
    }

    private func send(_ outgoing: Outgoing, with token: AccessToken) async throws(SalesforceError) -> HTTPAnswer {
        var request = outgoing
        request.headers += [
            ("Authorization", "Bearer \(token.value)"),
            ("Accept", "application/json"),
            ("Sforce-Call-Options", "client=\(configuration.clientName)"),
        ]
        if request.body != nil { request.headers.append(("Content-Type", "application/json")) }
        let answer = try await transport.send(request, to: token.instance)
        limitInfo.record(answer.headers.first(name: "Sforce-Limit-Info").flatMap(LimitInfo.init(header:)))
        logger.debug(
            "salesforce.answered",
            metadata: ["method": "\(outgoing.method.rawValue)", "status": "\(answer.status)"]
        )
        return answer
    }
}
