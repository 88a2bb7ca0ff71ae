package import Logging
import ServiceLifecycle
import Synchronization

/// A running sandbox: GetResponse and Salesforce on loopback, and a control API beside them.
package struct Sandbox: Sendable {
    /// The GetResponse account, to fill and to look into.
    package let getResponse: GetResponseSandbox
    /// The Salesforce org, to fill and to look into.
    package let salesforce: SalesforceSandbox
    package let getResponsePort: Int
    package let salesforcePort: Int
    package let controlPort: Int
    package let configuration: SandboxConfiguration

    /// What `LEADRELAY_GETRESPONSE_BASE_URL` is to be.
    package var getResponseURL: String { "http://127.0.0.1:\(getResponsePort)/v3" }
    /// What `LEADRELAY_SALESFORCE_LOGIN_URL` is to be; also the instance URL of every token.
    package var salesforceURL: String { "http://127.0.0.1:\(salesforcePort)" }
    /// Where ``ControlAPI`` listens.
    package var controlURL: String { "http://127.0.0.1:\(controlPort)/_control" }

    /// The environment that points a `leadrelay` at this sandbox.
    package var environment: [(name: String, value: String)] {
        var environment = [
            ("LEADRELAY_GETRESPONSE_BASE_URL", getResponseURL),
            ("LEADRELAY_GETRESPONSE_API_KEY", configuration.getResponse.apiKey),
        ]
        if let domain = configuration.getResponse.domain {
            environment.append(("LEADRELAY_GETRESPONSE_DOMAIN", domain))
        }
        return environment + [
            ("LEADRELAY_SALESFORCE_LOGIN_URL", salesforceURL),
            ("LEADRELAY_SALESFORCE_CLIENT_ID", configuration.salesforce.clientID),
            ("LEADRELAY_SALESFORCE_CLIENT_SECRET", configuration.salesforce.clientSecret),
        ]
    }

    /// Runs a sandbox for as long as `body` runs.
    ///
    /// Each call is a world of its own on ports of its own, so tests can run side by side.
    ///
    /// - Throws: what `body` throws; what keeps a port from opening.
    package static func withRunning<Value>(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        logger: Logger? = nil,
        _ body: (Sandbox) async throws -> Value
    ) async throws -> Value {
        let (running, continuation) = AsyncStream.makeStream(of: Sandbox.self)
        let service = SandboxService(configuration, logger: logger) { continuation.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await service.run()
            }
            var iterator = running.makeAsyncIterator()
            guard let sandbox = await iterator.next() else {
                try await group.waitForAll()
                throw SandboxError.didNotStart
            }
            defer { group.cancelAll() }
            return try await body(sandbox)
        }
    }
}
