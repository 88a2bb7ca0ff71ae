import Journal
import Model
import Sandbox
import Testing

@testable import Worker

@Suite("Batches", .serialized, .timeLimit(.minutes(2)))
struct BatchTests {
    private static let many = 400

    private func people(_ count: Int = many) -> [NewCallback] {
        (1...count).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") }
    }

    private func worker(_ fixture: WorkerFixture, linger: Duration = .milliseconds(200)) -> EventWorker {
        fixture.makeWorker {
            $0.concurrency = 400
            $0.batchLinger = linger
        }
    }

    /// All that was asked of Salesforce, log-ins included.
    private func calls(_ fixture: WorkerFixture) -> Int { fixture.sandbox.salesforce.requests.all.count }

    @Test func crowdOfNewPeopleTakesFewCalls() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(people())
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.count == Self.many && events.allSatisfy { $0.isCompleted() && $0.attempt == 1 })
            #expect(fixture.sandbox.salesforce.rows("Lead").count == Self.many)
            // Two of 200 each to look and to write, when they come in step; each one alone would take 800.
            #expect(calls(fixture) <= 40, "\(calls(fixture))")
        }
    }

    @Test func opensOfACrowdTakeFewCallsToo() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...100 { try fixture.insertLead("c\(number)", "p\(number)@acme.example") }
            try await whileRunning(worker(fixture)) {
                try await fixture.tell((1...100).map { .click("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() })
            #expect(fixture.sandbox.salesforce.rows("Task").count == 100)
            #expect(Set(fixture.sandbox.salesforce.rows("Task").compactMap { $0["WhoId"].string }).count == 100)
            #expect(calls(fixture) <= 20, "\(calls(fixture))")
        }
    }

    /// A row's error belongs to its event alone.
    @Test func refusedRowKillsItsOwnEventOnly() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "Leads need a region."
            )
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(people(50))
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.count { $0.isCompleted() } == 49)
            let dead = events.filter { $0.state == "dead" }
            #expect(dead.count == 1)
            #expect(dead.first?.lastError?.contains("Leads need a region") == true)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 49)
            #expect(events.allSatisfy { $0.attempt == 1 })
        }
    }

    @Test func lockedRowIsRetriedAlone() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(to: "Lead", next: 3)
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(people(50))
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.allSatisfy { $0.isCompleted() })
            #expect(events.count { $0.attempt == 2 } == 3)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 50)
        }
    }

    /// One row that spoils its batch is found by halving it.
    @Test func batchThatFailsWholeIsHalved() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"Unexpected character at line 1","errorCode":"JSON_PARSER_ERROR"}]"#,
                    contentType: "application/json"
                ),
                next: 100,
                matching: .satisfying {
                    let body = String(decoding: $0.body, as: UTF8.self)
                    let isWrite = $0.path.contains("/sobjects/") || body.contains("/composite/sobjects/")
                    return isWrite && body.contains("p7@acme.example")
                }
            )
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(people(40))
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.count { $0.isCompleted() } == 39)
            #expect(events.filter { $0.state == "dead" }.map(\.person) == ["p7@acme.example"])
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 39)
        }
    }

    /// Of no row anybody knows what became of it; each is looked for, and there is no second Lead.
    @Test(arguments: [Fault.dropAfterWork, .dropBeforeWork])
    func lostAnswerOfABatchIsSettledRowByRow(fault: Fault) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                fault,
                next: 1,
                matching: RequestMatcher(method: "POST", path: "/composite", body: "composite/sobjects/Lead")
            )
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(people(60))
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.allSatisfy { $0.isCompleted() })
            #expect(events.contains { $0.attemptOutcomes == ["retry", "completed"] })
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 60)
            let states = Set(events.flatMap(\.effects).compactMap { $0["state"].text })
            #expect(states == ["confirmed"])
        }
    }

    /// An opt-out waits for no batch.
    @Test func optOutOvertakesWhatLingers() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c0", "jane@acme.example")
            var told = people(5)
            told.append(.unsubscribe("c0", "jane@acme.example"))
            try await fixture.tell(told)
            try await whileRunning(worker(fixture, linger: .seconds(20))) {
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                let completed = try await fixture.events().filter { $0.isCompleted() }
                #expect(completed.map(\.action) == ["unsubscribe"], "the others linger")
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    /// SOQL compares without regard to case; a batch must not hand somebody else's Lead out.
    @Test func eachPersonGetsTheirOwnRecords() async throws {
        try await WorkerFixture.withFresh { fixture in
            let upper = try fixture.insertLead("pV3r", "UPPER@acme.example")
            let lower = try fixture.insertLead("PV3R", "lower@acme.example")
            let contact = try fixture.insertContact("Third@acme.example")
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(
                    .wholeSubscribe("pV3r", "upper@acme.example"),
                    .wholeSubscribe("PV3R", "lower@acme.example"),
                    .wholeSubscribe("c3", "third@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() })
            #expect(fixture.sandbox.salesforce.rows("Lead").map(\.id).sorted() == [upper, lower].sorted())
            #expect(fixture.sandbox.salesforce.row(upper)?["GetResponse_List_ID__c"].string == "p86zQ")
            #expect(fixture.sandbox.salesforce.row(lower)?["GetResponse_List_ID__c"].string == "p86zQ")
            #expect(fixture.sandbox.salesforce.row(contact) != nil)
        }
    }
}
