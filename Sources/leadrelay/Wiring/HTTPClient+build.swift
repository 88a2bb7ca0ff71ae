import AsyncHTTPClient
import GetResponse
import NIOCore
import NIOHTTPCompression

/// What this process's clients and their connections have in common: whether a grant may still be used.
let grantGuard = GrantGuard()

extension Settings {
    /// The client of both APIs.
    ///
    /// A followed redirect would be a request that nobody counted, with a credential sent to whatever host it names; a
    /// refused connection is retried by our own rules and not by the pool's.
    func makeHTTPClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(5)),
            decompression: .enabled(limit: .ratio(100))
        )
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = min(
            max(8, worker.concurrency * 2),
            128
        )
        grantGuard.install(in: &configuration)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
