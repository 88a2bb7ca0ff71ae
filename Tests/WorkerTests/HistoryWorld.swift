import AsyncHTTPClient
import Foundation
import GetResponse
import Journal
import Logging
import Model
import Planning
import Salesforce
import Sandbox
import Synchronization
import TestSupport
import Time

@testable import Worker

/// Where a history takes place: both APIs on loopback, a journal on a file, and workers on a clock that the history moves.
final class HistoryWorld: Sendable {
    /// A delivery as it was received.
    struct Receipt {
        var told: Told
        var at: Int64
        /// Deliveries with the same number were appended together.
        var batch: Int
    }

    private struct RunningWorker {
        var number: Int
        var worker: EventWorker
        var task: Task<Void, any Error>
    }

    private struct State {
        var receipts: [Receipt] = []
        var batches = 0
        var workers: [RunningWorker] = []
        var started = 0
        /// Workers that have died: they do nothing any more until the world ends.
        var dead: [RunningWorker] = []
        var graves: [CheckedContinuation<Void, Never>] = []
    }

    let clock: HistoryClock
    let sandbox: Sandbox
    let journal: EventJournal
    /// Takes in whoever joins the first list, and whoever watched the demo.
    let campaign: String
    private let httpClient: HTTPClient
    private let directory: HistoryDirectory
    private let random: HistoryJitter
    private let death: History.Death?
    private let state = Mutex(State())

    private init(_ history: History, clock: HistoryClock, sandbox: Sandbox, httpClient: HTTPClient) throws {
        self.clock = clock
        self.sandbox = sandbox
        self.httpClient = httpClient
        campaign = try sandbox.salesforce.insert("Campaign", ["Name": "Demo"])
        for status in ["Registered", "Attended"] { sandbox.salesforce.addMemberStatus(status, to: campaign) }
        directory = try HistoryDirectory()
        journal = try EventJournal(configuration: JournalConfiguration(path: directory.journalPath), time: clock)
        random = HistoryJitter(seed: ~history.seed)
        death = history.death
    }

    /// Runs `body` in a world of its own, and ends its workers.
    static func with<Value>(_ history: History, _ body: (HistoryWorld) async throws -> Value) async throws -> Value {
        let clock = HistoryClock()
        var configuration = SandboxConfiguration()
        configuration.now = { clock.wall }
        var clientConfiguration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        clientConfiguration.connectionPool.retryConnectionEstablishment = false
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
        let pump = Task {
            // Twenty times as fast as the real clock, so that a lease outlasts any answer on a loaded machine.
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(100))
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        defer { pump.cancel() }
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await Sandbox.withRunning(configuration) { sandbox in
                    let world = try HistoryWorld(history, clock: clock, sandbox: sandbox, httpClient: httpClient)
                    do {
                        let value = try await body(world)
                        await world.stopWorkers(cancelling: false)
                        return value
                    } catch {
                        await world.stopWorkers(cancelling: true)
                        throw error
                    }
                }
            )
        } catch {
            result = .failure(error)
        }
        try await httpClient.shutdown()
        return try result.get()
    }

    var journalPath: String { directory.journalPath }
    var receipts: [Receipt] { state.withLock(\.receipts) }

    /// Appends deliveries in one commit, as ingest does.
    func tell(_ told: [Told]) async throws {
        let receipts = state.withLock { state in
            state.batches += 1
            let receipts = told.map { Receipt(told: $0, at: clock.read().wall, batch: state.batches) }
            state.receipts += receipts
            return receipts
        }
        _ = try await journal.append(receipts.map { $0.told.delivery(receivedAt: $0.at) })
    }

    func startWorker(grace: Duration = .seconds(20)) {
        let number = state.withLock { state in
            state.started += 1
            return state.started
        }
        let worker = makeWorker("w\(number)", number: number, grace: grace)
        state.withLock { state in
            let task = Task { try await worker.run() }
            state.workers.append(RunningWorker(number: number, worker: worker, task: task))
        }
    }

    /// Ends a worker in the middle of what it does, without a word to the journal, and lets another take its place.
    private func die(_ number: Int) async {
        let dying = state.withLock { state in
            let index = state.workers.firstIndex { $0.number == number }
            let dying = index.map { state.workers.remove(at: $0) }
            if let dying { state.dead.append(dying) }
            return dying
        }
        // It renews no lease from now on. The task that calls this never goes on while anybody looks.
        dying?.task.cancel()
        startWorker()
        await withCheckedContinuation { grave in state.withLock { $0.graves.append(grave) } }
    }

    /// Stops the worker that runs longest, and starts another once it has ended.
    func replaceWorker(grace: Duration) async throws {
        let oldest = state.withLock { $0.workers.isEmpty ? nil : $0.workers.removeFirst() }
        oldest?.worker.stop()
        try await oldest?.task.value
        startWorker(grace: grace)
    }

    private func stopWorkers(cancelling: Bool) async {
        let workers = state.withLock { state in
            defer { state.workers = [] }
            return state.workers
        }
        let (dead, graves) = state.withLock { state in
            defer { (state.dead, state.graves) = ([], []) }
            return (state.dead, state.graves)
        }
        for grave in graves { grave.resume() }
        for running in workers + dead {
            running.worker.stop()
            if cancelling { running.task.cancel() }
            _ = await running.task.result
        }
    }

    /// Whether nothing is in hand, nothing can be claimed and nothing is left to decode.
    func isQuiet() async throws -> Bool {
        let isIdle = state.withLock { $0.workers.allSatisfy(\.worker.isIdle) }
        guard isIdle, try await !journal.hasClaimableEvents() else { return false }
        return try await journal.reader.undecodedCallbacks(limit: 1).isEmpty
    }

    private func failPoint(of number: Int) -> FailPoint {
        guard number == 1, let death else { return FailPoint() }
        return FailPoint(armed: death.step, number: death.number) { [weak self] in await self?.die(number) }
    }

    private func makeWorker(_ owner: String, number: Int, grace: Duration) -> EventWorker {
        let logger = Logger(label: "history") { _ in SwiftLogNoOpLogHandler() }
        var configuration = WorkerConfiguration(
            owner: owner,
            concurrency: 4,
            shutdownGrace: grace,
            retry: RetryPolicy(base: .seconds(1), cap: .seconds(60), optOutCap: .seconds(20)),
            batchLinger: .zero,
            pollInterval: .milliseconds(160)
        )
        configuration.policy.campaigns = [
            CampaignRule(list: "L1", campaign: campaign),
            CampaignRule(tag: "demo_watched", campaign: campaign, status: "Attended"),
        ]
        return EventWorker(
            configuration: configuration,
            dependencies: EventWorker.Dependencies(
                journal: journal,
                salesforce: SalesforceClient(
                    configuration: SalesforceConfiguration(
                        loginURL: sandbox.salesforceURL,
                        credentials: .clientCredentials(
                            id: sandbox.configuration.salesforce.clientID,
                            secret: sandbox.configuration.salesforce.clientSecret
                        )
                    ),
                    httpClient: httpClient,
                    logger: logger,
                    time: clock
                ),
                getResponse: { [sandbox, httpClient, clock] gate in
                    GetResponseClient(
                        configuration: GetResponseConfiguration(
                            baseURL: sandbox.getResponseURL,
                            apiKey: sandbox.configuration.getResponse.apiKey
                        ),
                        httpClient: httpClient,
                        gate: gate,
                        logger: logger,
                        time: clock
                    )
                },
                time: clock,
                logger: logger,
                random: { [random] in random.next() },
                failPoint: failPoint(of: number)
            )
        )
    }
}

/// The randomness of the backoffs.
private final class HistoryJitter: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    func next() -> Double {
        generator.withLock { .random(in: 0..<1, using: &$0) }
    }
}

/// A folder in memory where there is one: nobody cuts the power here, and syncing is most of what a small history costs.
private final class HistoryDirectory: Sendable {
    let url: URL

    init() throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path)
            ? memory : FileManager.default.temporaryDirectory
        url = parent.appendingPathComponent("leadrelay-history-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var journalPath: String { url.appendingPathComponent("leadrelay.sqlite").path }
}
