import AsyncHTTPClient
import Foundation
import GetResponse
import Journal
import Logging
import Model
import Salesforce
import Sandbox
import TestSupport
import Time
import Worker

/// What a crowd of events costs the org in API calls, and how fast a worker gets through it, in real time on the real disk.
///
/// Worker and emulated APIs share the machine's cores, as they do in the demo.
struct SalesforceBenchmark {
    /// What the events are.
    enum Crowd: String, CaseIterable {
        case subscribes = "fresh subscribes"
        case updates
        case opens

        /// The most API calls that a thousand of them may cost.
        var limit: Int { self == .opens ? 20 : 30 }
    }

    let folder: String
    var events = 1000
    /// How long an answer of Salesforce takes.
    var latency = Duration.milliseconds(20)

    func run() async throws {
        print(
            """
            A crowd of events that wait, answers of Salesforce \(Int(latency.seconds * 1000)) ms late; worker and sandbox share the cores
              Calls: API calls of the org for \(Double(events).grouped) events, log-in and describes included. Alone: with \
            salesforce.batchSize 1, in the same run.
              Targets: at most 30, 30 and 20 calls for 1,000; 400 events a second.
            """
        )
        var table = Table("events", "calls", "calls alone", "events/s", "events/s alone", "ratio", "targets")
        for crowd in Crowd.allCases {
            let together = try await workOff(crowd, batchSize: 200)
            let alone = try await workOff(crowd, batchSize: 1)
            let isMet = together.calls <= crowd.limit * events / 1000 && together.rate >= 400
            table.add(
                crowd.rawValue,
                Double(together.calls).grouped,
                Double(alone.calls).grouped,
                together.rate.grouped,
                alone.rate.grouped,
                (together.rate / alone.rate).text(1),
                isMet ? "met" : "missed"
            )
        }
        table.print()
    }

    private func workOff(_ crowd: Crowd, batchSize: Int) async throws -> (calls: Int, rate: Double) {
        var configuration = SandboxConfiguration()
        configuration.salesforce.latency = latency
        configuration.salesforce.dailyRequestLimit = .max
        var client = HTTPClient.Configuration(redirectConfiguration: .disallow)
        client.connectionPool.retryConnectionEstablishment = false
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
        let result: Result<(calls: Int, rate: Double), any Error>
        do {
            result = .success(
                try await Sandbox.withRunning(configuration) { sandbox in
                    if crowd != .subscribes { try addLeads(to: sandbox) }
                    let directory = try TemporaryDirectory(in: URL(fileURLWithPath: folder))
                    let journal = try EventJournal(
                        configuration: JournalConfiguration(path: directory.path("leadrelay.sqlite")),
                        time: SystemTimeSource()
                    )
                    _ = try await journal.append((1...events).map { callback(crowd, $0) })
                    let worker = makeWorker(sandbox, httpClient, journal, batchSize: batchSize)
                    let seconds = try await time(worker, journal)
                    try check(crowd, sandbox)
                    return (sandbox.salesforce.requestCount, Double(events) / seconds)
                }
            )
        } catch {
            result = .failure(error)
        }
        try await httpClient.shutdown()
        return try result.get()
    }

    /// - Returns: Seconds from the worker's start to the last event's end.
    private func time(_ worker: EventWorker, _ journal: EventJournal) async throws -> Double {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let began = ContinuousClock.now
            group.addTask { try await worker.run() }
            while try await !journal.reader.isDrained(horizon: .max) { try await Task.sleep(for: .milliseconds(5)) }
            let seconds = began.duration(to: .now).seconds
            worker.stop()
            try await group.waitForAll()
            return seconds
        }
    }

    private func makeWorker(
        _ sandbox: Sandbox,
        _ httpClient: HTTPClient,
        _ journal: EventJournal,
        batchSize: Int
    ) -> EventWorker {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        return EventWorker(
            configuration: WorkerConfiguration(owner: "benchmark", batchSize: batchSize),
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
                    time: SystemTimeSource()
                ),
                getResponse: { gate in
                    GetResponseClient(
                        configuration: GetResponseConfiguration(
                            baseURL: sandbox.getResponseURL,
                            apiKey: sandbox.configuration.getResponse.apiKey
                        ),
                        httpClient: httpClient,
                        gate: gate,
                        logger: logger,
                        time: SystemTimeSource()
                    )
                },
                time: SystemTimeSource(),
                logger: logger
            )
        )
    }

    /// Carries everything that is mapped, so that nothing has to be fetched.
    private func callback(_ crowd: Crowd, _ number: Int) -> NewCallback {
        let contact = """
            "contact":{"contactId":"c\(number)","email":"p\(number)@acme.example","name":"Ann Lee",\
            "campaign":{"campaignId":"p86zQ","name":"q2"},"createdOn":"2026-04-21T09:15:00+0000","tags":[],\
            "customFields":[{"customFieldId":"cf1","name":"company","value":["Acme"]}]}
            """
        let body =
            switch crowd {
            case .subscribes, .updates: #"{"action":"subscribe",\#(contact)}"#
            case .opens: #"{"action":"open",\#(contact),"message":{"messageId":"M1","name":"June news"}}"#
            }
        return NewCallback(
            receivedAt: Timestamp(milliseconds: SystemTimeSource().read().wall),
            source: .getresponse,
            method: "POST",
            contentType: "application/json",
            body: Data(body.utf8)
        )
    }

    private func addLeads(to sandbox: Sandbox) throws {
        for number in 1...events {
            try sandbox.salesforce.insert(
                "Lead",
                [
                    "LastName": "Unknown", "Company": "Old", "Email": .string("p\(number)@acme.example"),
                    "GetResponse_Contact_ID__c": .string("c\(number)"),
                ]
            )
        }
    }

    /// Makes sure that what was measured is what was to be done.
    private func check(_ crowd: Crowd, _ sandbox: Sandbox) throws {
        let leads = sandbox.salesforce.rows("Lead")
        let named = leads.count { $0["LastName"].string == "Lee" }
        let tasks = sandbox.salesforce.rows("Task").count
        let isDone = crowd == .opens ? tasks == events : named == events
        guard leads.count == events, isDone else {
            throw SpikeFailure(description: "\(leads.count) Leads, \(named) of them written, \(tasks) Tasks")
        }
    }
}
