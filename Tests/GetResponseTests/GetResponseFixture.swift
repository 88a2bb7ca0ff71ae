import AsyncHTTPClient
import GetResponse
import Logging
import NIOCore
import Synchronization
import TestSupport
import Time

/// A gate that admits what it is told to, and keeps the books.
final class TestGate: RequestGate {
    struct Settlement: Sendable, Equatable {
        var id: Int64
        var status: Int?
        var rateLimit: RateLimitState?
    }

    private struct State {
        var admitted: [RequestPurpose] = []
        var settled: [Settlement] = []
    }

    private let state = Mutex(State())
    private let usable: @Sendable () -> Bool
    private let refusal: GetResponseError?

    init(usable: @escaping @Sendable () -> Bool = { true }, refusal: GetResponseError? = nil) {
        self.usable = usable
        self.refusal = refusal
    }

    var admitted: [RequestPurpose] { state.withLock(\.admitted) }
    var settled: [Settlement] { state.withLock(\.settled) }

    func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
        if let refusal { throw refusal }
        let id = state.withLock { state in
            state.admitted.append(purpose)
            return Int64(state.admitted.count)
        }
        return RequestGrant(id: id, usable: usable)
    }

    func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async {
        state.withLock { $0.settled.append(Settlement(id: grant.id, status: status, rateLimit: rateLimit)) }
    }
}

/// Wall time that stands at 2026-04-21T09:15:00Z.
struct FixedTime: TimeSource {
    static let wall: Int64 = 1_776_762_900_000

    func read() -> TimeReading { TimeReading(wall: Self.wall, boot: 0, bootID: "test") }
    func sleep(for duration: Duration) async throws {}
}

/// Runs `body` with a client of a scripted GetResponse.
func withGetResponse(
    _ script: ScriptedServer.Script,
    gate: TestGate = TestGate(),
    timeout: Duration = .seconds(10),
    domain: String? = nil,
    _ body: (GetResponseClient, ScriptedServer) async throws -> Void
) async throws {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    try await withClient(baseURL: "\(server.baseURL)/v3", gate: gate, timeout: timeout, domain: domain) { client in
        try await body(client, server)
    }
}

/// Runs `body` with a client of whatever is at `baseURL`.
func withClient(
    baseURL: String,
    gate: TestGate = TestGate(),
    timeout: Duration = .seconds(10),
    domain: String? = nil,
    _ body: (GetResponseClient) async throws -> Void
) async throws {
    var settings = HTTPClient.Configuration()
    settings.redirectConfiguration = .disallow
    settings.connectionPool.retryConnectionEstablishment = false
    let grantGuard = GrantGuard()
    grantGuard.install(in: &settings)
    let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    let configuration = GetResponseConfiguration(
        baseURL: baseURL,
        apiKey: "sesame-1234",
        domain: domain,
        timeout: timeout
    )
    let client = GetResponseClient(
        configuration: configuration,
        httpClient: httpClient,
        gate: gate,
        grantGuard: grantGuard,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        time: FixedTime()
    )
    do {
        try await body(client)
    } catch {
        try? await httpClient.shutdown()
        throw error
    }
    try await httpClient.shutdown()
}

/// GetResponse's error body.
func envelope(_ status: Int, _ code: Int, context: String = "[]", message: String = "Told by the test") -> String {
    """
    {"httpStatus": \(status), "code": \(code), "codeDescription": "…", "message": "\(message)",
     "moreInfo": "https://apidocs.getresponse.com/en/v3/errors/\(code)", "context": \(context), "uuid": "510c6726"}
    """
}
