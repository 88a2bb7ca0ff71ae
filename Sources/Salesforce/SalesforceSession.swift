import Foundation
import Logging
import Model
import NIOHTTP1
import Time

/// A token and the host that it is for.
struct AccessToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let value: String
    let instance: ServiceURL
    /// Counts log-ins, so that a refused token can be told from the one that has replaced it.
    let generation: Int
    /// The id of the user that the org knows us as; nil where the log-in did not tell.
    var userID: String?

    var description: String { "token \(generation) for \(instance.host)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["generation": generation]) }
}

/// Holds the token until Salesforce refuses it, and logs in again for all who wait.
///
/// The token's answer names no end of life, and an admin can end a session at any time, so the only proof is a 401. However
/// many requests meet one at the same time, there is one log-in: the token that was refused is named, and who comes late
/// gets its successor.
actor SalesforceSession {
    private let configuration: SalesforceConfiguration
    private let transport: Transport
    private let logger: Logger
    private let time: any TimeSource

    private var current: AccessToken?
    private var underWay: Task<Result<AccessToken, SalesforceError>, Never>?
    private var generation = 0

    init(configuration: SalesforceConfiguration, transport: Transport, logger: Logger, time: any TimeSource) {
        self.configuration = configuration
        self.transport = transport
        self.logger = logger
        self.time = time
    }

    /// The current token, from a log-in if there is none.
    func token() async throws(SalesforceError) -> AccessToken {
        if let current { return current }
        let login: Task<Result<AccessToken, SalesforceError>, Never>
        if let underWay {
            login = underWay
        } else {
            // Not a child of whoever came first: the others wait for it too, so his cancellation must not end it.
            login = Task { await self.finishLogin() }
            underWay = login
        }
        return try await login.value.get()
    }

    /// The token after `refused`, from a log-in unless somebody has had one since.
    func token(after refused: AccessToken) async throws(SalesforceError) -> AccessToken {
        if current?.generation == refused.generation { current = nil }
        return try await token()
    }

    /// Logs in and keeps the token, in one step for everybody who waits.
    private func finishLogin() async -> Result<AccessToken, SalesforceError> {
        defer { underWay = nil }
        do throws(SalesforceError) {
            let token = try await login()
            current = token
            logger.info("salesforce.logged_in", metadata: ["host": "\(token.instance.host)"])
            return .success(token)
        } catch {
            // A process that stops did not fail to log in.
            let level: Logger.Level = error == .unanswered(reason: Transport.cancelled) ? .debug : .warning
            logger.log(level: level, "salesforce.login_failed", metadata: ["error": "\(error)"])
            return .failure(error)
        }
    }

    private func login() async throws(SalesforceError) -> AccessToken {
        let url = try SalesforceConfiguration.validate(loginURL: configuration.loginURL)
        if case .clientCredentials = configuration.credentials { try refuseGenericHost(url.host) }
        let form = try await form(loginHost: url.host)
        let body = form.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
        let request = Outgoing(
            method: .POST,
            path: "/services/oauth2/token",
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")],
            body: Data(body.utf8),
            isWrite: false
        )
        let answer = try await transport.send(request, to: url)
        guard answer.status == 200 else { throw refusal(answer, loginHost: url.host) }
        guard let grant = try? JSONDecoder().decode(TokenAnswer.self, from: answer.body), !grant.accessToken.isEmpty
        else {
            throw .undecodable(reason: "the log-in has no access_token and instance_url")
        }
        generation += 1
        return AccessToken(
            value: grant.accessToken,
            instance: try TrustedHost.instance(grant.instanceURL, login: url),
            generation: generation,
            userID: grant.userID
        )
    }

    /// Says what Salesforce would say, without showing it the secret: it gives out client credentials only on My Domain.
    private func refuseGenericHost(_ host: String) throws(SalesforceError) {
        guard ["login.salesforce.com", "test.salesforce.com"].contains(host) else { return }
        let failure = OAuthFailure(error: "invalid_grant", description: "request not supported on this domain")
        throw .authentication(failure, remedy: failure.remedy(loginHost: host))
    }

    private func form(loginHost: String) async throws(SalesforceError) -> [(String, String)] {
        switch configuration.credentials {
        case .clientCredentials(let id, let secret):
            return [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
        case .jwtBearer(let clientID, let username, let privateKeyPEM):
            let now = Timestamp(milliseconds: time.read().wall)
            let assertion = JWTAssertion(clientID: clientID, username: username, loginHost: loginHost, now: now)
            return [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", try await assertion.signed(privateKeyPEM: privateKeyPEM)),
            ]
        }
    }

    private func refusal(_ answer: HTTPAnswer, loginHost: String) -> SalesforceError {
        let now = Timestamp(milliseconds: time.read().wall)
        let wait = RetryAfter.read(answer.headers, now: now)
        switch answer.status {
        case 300..<400:
            return .unusableURL(reason: "salesforce.loginURL: it answers with a redirect, and none is followed")
        case 500...: return .server(status: answer.status, retryAfter: wait)
        case 429: return .faults(status: 429, APIFault.list(in: answer.body), retryAfter: wait)
        default: break
        }
        let failure =
            APIFault.list(in: answer.body).first.map { OAuthFailure(error: $0.code, description: $0.message) }
            ?? OAuthFailure(error: "http_\(answer.status)", description: "no reason given")
        return .authentication(failure, remedy: failure.remedy(loginHost: loginHost))
    }
}

private struct TokenAnswer: Decodable {
    let accessToken: String
    let instanceURL: String
    /// The address of the user's identity: `https://…/id/ORGANIZATION/USER`.
    let id: String?

    var userID: String? {
        id?.split(separator: "/").last.map(String.init).flatMap { $0.hasPrefix("005") ? $0 : nil }
    }

    enum CodingKeys: String, CodingKey {
        case id
        case accessToken = "access_token"
        case instanceURL = "instance_url"
    }
}
