import AsyncHTTPClient
import GetResponse
import Logging
import Salesforce
import Sandbox
import Synchronization
import TestSupport
import Time

/// Both APIs on loopback, answering after the spike's latency, and the clients that the product has, all in virtual time.
struct SpikeWorld: Sendable {
    let spike: Spike
    let time: VirtualTime
    let sandbox: Sandbox
    let httpClient: HTTPClient
    let logger = Logger(label: "spikes") { _ in SwiftLogNoOpLogHandler() }

    var clock: ManualTimeSource { time.clock }

    static func with<Value: Sendable>(_ spike: Spike, _ body: (SpikeWorld) async throws -> Value) async throws -> Value
    {
        let time = VirtualTime()
        var configuration = SandboxConfiguration()
        configuration.now = { [clock = time.clock] in clock.read().wall }
        configuration.sleep = { [clock = time.clock] in try await clock.sleep(for: $0) }
        configuration.getResponse.hourlyCap = spike.hourlyCap
        configuration.getResponse.latency = spike.latency
        configuration.salesforce.latency = spike.latency
        // Calls are counted here, not limited.
        configuration.salesforce.dailyRequestLimit = .max
        var client = HTTPClient.Configuration(redirectConfiguration: .disallow)
        client.connectionPool.retryConnectionEstablishment = false
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(8, spike.concurrency * 2)
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await Sandbox.withRunning(configuration) { sandbox in
                    let world = SpikeWorld(spike: spike, time: time, sandbox: sandbox, httpClient: httpClient)
                    try world.addLeads()
                    return try await time.running { try await body(world) }
                }
            )
        } catch {
            result = .failure(error)
        }
        try await httpClient.shutdown()
        return try result.get()
    }

    /// Lets the spike arrive, in pieces of a tenth of a second.
    ///
    /// - Returns: When it ended, on the wall clock.
    func arrive(_ deliver: ([Spike.Arrival], Int64) async throws -> Void) async throws -> Int64 {
        let start = clock.read().wall
        var waiting = spike.arrivals[...]
        while let next = waiting.first {
            let elapsed = Duration.milliseconds(clock.read().wall - start)
            guard next.at <= elapsed else {
                try await clock.sleep(for: .milliseconds(100))
                continue
            }
            let due = Array(waiting.prefix { $0.at <= elapsed })
            waiting = waiting.dropFirst(due.count)
            let now = clock.read().wall
            for arrival in due where !arrival.isUnsubscribe {
                sandbox.getResponse.addContact(spike.contact(arrival, now: now))
            }
            try await deliver(due, now)
        }
        return clock.read().wall
    }

    var salesforce: SalesforceClient {
        SalesforceClient(
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
        )
    }

    func getResponse(_ gate: any RequestGate) -> GetResponseClient {
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
    }

    /// Makes sure that what was measured is what was to be done.
    func check() throws {
        let refusals = sandbox.getResponse.refusals
        guard refusals == 0 else { throw SpikeFailure(description: "GetResponse refused \(refusals) requests") }
        let leads = sandbox.salesforce.rows("Lead")
        let companies = Set(leads.compactMap { $0["Company"].string })
        let wanted = spike.arrivals.filter { !$0.isUnsubscribe && !companies.contains(spike.company($0)) }
        guard leads.count == spike.registrations + spike.unsubscribes, wanted.isEmpty else {
            throw SpikeFailure(description: "\(leads.count) Leads, \(wanted.count) profiles are missing")
        }
        let optedOut = leads.count { $0["HasOptedOutOfEmail"].bool == true }
        guard optedOut == spike.unsubscribes else {
            throw SpikeFailure(description: "\(optedOut) are opted out, not \(spike.unsubscribes)")
        }
    }

    /// Those who are going to leave.
    private func addLeads() throws {
        for arrival in spike.arrivals where arrival.isUnsubscribe {
            try sandbox.salesforce.insert(
                "Lead",
                [
                    "LastName": "Lee", "Company": "Old", "Email": .string(spike.email(arrival)),
                    "GetResponse_Contact_ID__c": .string(spike.contactID(arrival)),
                ]
            )
        }
    }
}

/// Why there are no figures.
struct SpikeFailure: Error, CustomStringConvertible {
    var description: String
}
