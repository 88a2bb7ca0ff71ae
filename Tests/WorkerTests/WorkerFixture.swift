import AsyncHTTPClient
import GetResponse
import Journal
import Logging
import Model
import Salesforce
import Sandbox
import Synchronization
import TestSupport
import Time

@testable import Worker

/// Both APIs on loopback, a journal on a file of its own, and workers of this process on it, all on the real clock.
struct WorkerFixture: Sendable {
    /// The key that workers show GetResponse from now on.
    final class APIKey: Sendable {
        private let key: Mutex<String>

        init(_ key: String) { self.key = Mutex(key) }

        var current: String {
            get { key.withLock { $0 } }
            set { key.withLock { $0 = newValue } }
        }
    }

    let directory: TemporaryDirectory
    let journal: EventJournal
    let sandbox: Sandbox
    let httpClient: HTTPClient
    let apiKey: APIKey

    static func withFresh(
        _ change: (inout SandboxConfiguration) -> Void = { _ in },
        _ body: (WorkerFixture) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration()
        change(&configuration)
        var client = HTTPClient.Configuration(redirectConfiguration: .disallow)
        client.connectionPool.retryConnectionEstablishment = false
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
        do {
            try await Sandbox.withRunning(configuration) { sandbox in
                let directory = try TemporaryDirectory()
                let journal = try EventJournal(
                    configuration: JournalConfiguration(path: directory.path("leadrelay.sqlite")),
                    time: SystemTimeSource()
                )
                let key = APIKey(configuration.getResponse.apiKey)
                try await body(
                    WorkerFixture(
                        directory: directory,
                        journal: journal,
                        sandbox: sandbox,
                        httpClient: httpClient,
                        apiKey: key
                    )
                )
            }
        } catch {
            try? await httpClient.shutdown()
            throw error
        }
        try await httpClient.shutdown()
    }

    /// A second journal on the same file, as another process would have it.
    func openAnotherJournal() throws -> EventJournal {
        try EventJournal(configuration: journal.configuration, time: SystemTimeSource())
    }

    /// A client of the emulated org.
    func makeSalesforce(apiVersion: String = "v59.0") -> SalesforceClient {
        SalesforceClient(
            configuration: SalesforceConfiguration(
                loginURL: sandbox.salesforceURL,
                credentials: .clientCredentials(
                    id: sandbox.configuration.salesforce.clientID,
                    secret: sandbox.configuration.salesforce.clientSecret
                ),
                apiVersion: apiVersion
            ),
            httpClient: httpClient,
            logger: Logger(label: "worker.tests") { _ in SwiftLogNoOpLogHandler() },
            time: SystemTimeSource()
        )
    }

    /// A worker with short waits, which `change` may alter.
    func makeWorker(
        _ owner: String = "w1",
        on journal: EventJournal? = nil,
        jitter: Double? = nil,
        apiVersion: String = "v59.0",
        _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) -> EventWorker {
        var configuration = WorkerConfiguration(
            owner: owner,
            concurrency: 4,
            shutdownGrace: .seconds(8),
            retry: RetryPolicy(
                maxAttempts: 6,
                base: .milliseconds(20),
                cap: .milliseconds(200),
                optOutCap: .milliseconds(200),
                configurationPause: .milliseconds(250),
                quotaPause: .milliseconds(250)
            ),
            budget: RequestBudget(cap: 5000),
            batchLinger: .milliseconds(5),
            pollInterval: .milliseconds(10),
            profilePatience: [.milliseconds(30), .milliseconds(30), .milliseconds(30)],
            fetchRetryDelay: .milliseconds(50)
        )
        change(&configuration)
        let logger = Logger(label: "worker.tests") { _ in SwiftLogNoOpLogHandler() }
        let time = SystemTimeSource()
        return EventWorker(
            configuration: configuration,
            dependencies: EventWorker.Dependencies(
                journal: journal ?? self.journal,
                salesforce: makeSalesforce(apiVersion: apiVersion),
                getResponse: { [sandbox, httpClient, apiKey] gate in
                    GetResponseClient(
                        configuration: GetResponseConfiguration(
                            baseURL: sandbox.getResponseURL,
                            apiKey: apiKey.current
                        ),
                        httpClient: httpClient,
                        gate: gate,
                        logger: logger,
                        time: time
                    )
                },
                time: time,
                logger: logger,
                random: { jitter ?? .random(in: 0..<1) }
            )
        )
    }
}

/// Runs workers for as long as `body` runs, then stops them and waits for their ends.
func whileRunning(_ workers: EventWorker..., body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in workers { group.addTask { try await worker.run() } }
        do {
            try await body()
        } catch {
            group.cancelAll()
            throw error
        }
        for worker in workers { worker.stop() }
        try await group.waitForAll()
    }
}
