import AsyncHTTPClient
import Logging
import NIOCore
import Salesforce
import Synchronization
import TestSupport
import Time

/// Wall time that stands at 2026-04-21T09:15:00Z.
struct FixedTime: TimeSource {
    static let wall: Int64 = 1_776_762_900_000

    func read() -> TimeReading { TimeReading(wall: Self.wall, boot: 0, bootID: "test") }
    func sleep(for duration: Duration) async throws {}
}

/// A scripted org: the log-in works and names tokens `token-1`, `token-2`, …; the script answers the rest.
struct TestOrg {
    let server: ScriptedServer
    let client: SalesforceClient

    /// The requests after the log-in.
    var requests: [ScriptedServer.Received] { server.requests.filter { !$0.isLogin } }
    var logins: [ScriptedServer.Received] { server.requests.filter(\.isLogin) }
}

extension ScriptedServer.Received {
    var isLogin: Bool { target == "/services/oauth2/token" }
}

/// Runs `body` with a client of a scripted org.
///
/// `instance` is where the log-in sends the client; nil for the scripted server itself. `login` replaces the log-in's
/// answer.
func withOrg(
    _ script: ScriptedServer.Script = .always(.answer(204)),
    timeout: Duration = .seconds(10),
    instance: String? = nil,
    login: ScriptedServer.Reply? = nil,
    credentials: SalesforceConfiguration.Credentials = .clientCredentials(id: "consumer-key", secret: "s3cret&+"),
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    _ body: (TestOrg) async throws -> Void
) async throws {
    let tokens = Counter()
    let server = try ScriptedServer(
        .by { request, number in
            guard request.isLogin else { return script.reply(request, number) }
            if let login { return login }
            let host = instance ?? "http://\(request.headers["host"] ?? "")"
            return .answer(200, body: tokenAnswer("token-\(tokens.next())", instance: host))
        }
    )
    defer { server.stop() }
    try await withHTTPClient { httpClient in
        let configuration = SalesforceConfiguration(
            loginURL: server.baseURL,
            credentials: credentials,
            timeout: timeout
        )
        let client = SalesforceClient(
            configuration: configuration,
            httpClient: httpClient,
            logger: logger,
            time: FixedTime()
        )
        try await body(TestOrg(server: server, client: client))
    }
}

/// Runs `body` with an HTTP client as the clients need it.
func withHTTPClient(_ body: (HTTPClient) async throws -> Void) async throws {
    var settings = HTTPClient.Configuration()
    settings.redirectConfiguration = .disallow
    settings.connectionPool.retryConnectionEstablishment = false
    let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    do {
        try await body(httpClient)
    } catch {
        try? await httpClient.shutdown()
        throw error
    }
    try await httpClient.shutdown()
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// The token's answer as Salesforce gives it: `issued_at` a string, no `expires_in`.
func tokenAnswer(_ token: String, instance: String) -> String {
    """
    {"access_token": "\(token)", "signature": "…", "scope": "api", "instance_url": "\(instance)",
     "id": "https://login.salesforce.com/id/00D/005", "token_type": "Bearer", "issued_at": "1776762900000"}
    """
}

/// An error body of one fault.
func faults(_ code: String, _ message: String = "Told by the test") -> String {
    #"[{"message": "\#(message)", "errorCode": "\#(code)", "fields": []}]"#
}
