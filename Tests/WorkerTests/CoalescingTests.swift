import Journal
import Model
import Sandbox
import Testing
import Worker

/// What one person has waiting is written together, and each event still has its own try and end.
@Suite("Several events of one person at once", .serialized, .timeLimit(.minutes(1)))
struct CoalescingTests {
    @Test func theyShareOneUpdateAndEachIsAccountedFor() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            try await fixture.tell(
                .tag("a", "c1", "p1@acme.example"),
                .tag("demo_watched", "c1", "p1@acme.example"),
                .tag("b", "c1", "p1@acme.example"),
                .click("c1", "p1@acme.example")
            )
            try await whileRunning(fixture.makeWorker { $0.batchSize = 1 }) { try await fixture.eventuallyDrained() }
            let events = try await fixture.events()
            #expect(events.map(\.state) == Array(repeating: "completed", count: 4))
            #expect(events.map(\.attemptOutcomes) == Array(repeating: ["completed"], count: 4))
            #expect(events.map(\.attempt) == [1, 1, 1, 1])
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
            #expect(fixture.lead("c1")?["GetResponse_Tags__c"].string == "a, demo_watched, b")
            #expect(fixture.lead("c1")?["Rating"].string == "Hot")
            #expect(fixture.sandbox.salesforce.rows("Task").map { $0["WhoId"].string } == [lead])
            // The one write is known to have served all three.
            #expect(events.prefix(3).map { $0.effects.map { $0["id"].integer } } == Array(repeating: [1], count: 3))
        }
    }

    @Test func twoOfOnePersonNeverRunAtOnce() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try await fixture.tell((0..<12).map { .tag("t\($0)", "c1", "p1@acme.example") })
            try await whileRunning(fixture.makeWorker("w1"), fixture.makeWorker("w2")) {
                while try await !fixture.journal.reader.isDrained(horizon: .max) {
                    let running = try await fixture.events().count { $0.state == "running" }
                    #expect(running <= 1)
                }
            }
            #expect(try await fixture.events().allSatisfy { $0.state == "completed" && $0.attemptOutcomes.count == 1 })
            #expect(
                fixture.lead("c1")?["GetResponse_Tags__c"].string == (0..<12).map { "t\($0)" }.joined(separator: ", ")
            )
        }
    }

    @Test func oneThatSalesforceRefusesDoesNotTakeTheOthersWithIt() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            // Refuses any write that carries the tag of the second event.
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"No such tag.","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":[]}]"#,
                    contentType: "application/json"
                ),
                next: 100,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead", body: "bad_tag")
            )
            try await fixture.tell(
                .tag("a", "c1", "p1@acme.example"),
                .tag("bad_tag", "c1", "p1@acme.example"),
                .tag("c", "c1", "p1@acme.example")
            )
            try await whileRunning(fixture.makeWorker { $0.batchSize = 1 }) { try await fixture.eventuallyDrained() }
            let events = try await fixture.events()
            #expect(events.map(\.state) == ["completed", "dead", "completed"])
            #expect(events.map(\.attempt) == [1, 1, 1], "spoiling it for the others costs them nothing")
            #expect(fixture.lead("c1")?["GetResponse_Tags__c"].string == "a, c")
        }
    }

    @Test func lostAnswerOfTheSharedWriteIsSettledForAll() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            try await fixture.tell(
                .tag("a", "c1", "p1@acme.example"),
                .tag("demo_watched", "c1", "p1@acme.example"),
                .click("c1", "p1@acme.example")
            )
            try await whileRunning(fixture.makeWorker { $0.batchSize = 1 }) { try await fixture.eventuallyDrained() }
            #expect(try await fixture.events().allSatisfy { $0.state == "completed" })
            #expect(fixture.lead("c1")?["GetResponse_Tags__c"].string == "a, demo_watched")
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
            #expect(try await fixture.events().flatMap(\.effects).allSatisfy { $0["state"].text == "confirmed" })
        }
    }

    /// The write was a follower's alone: nobody but the follower, which was never claimed before, can settle it.
    @Test func lostAnswerOfAFollowersWriteIsSettledByItsOwnFirstTry() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            try await fixture.tell(.click("c1", "p1@acme.example"), .tag("demo_watched", "c1", "p1@acme.example"))
            try await whileRunning(fixture.makeWorker { $0.batchSize = 1 }) { try await fixture.eventuallyDrained() }
            let events = try await fixture.events()
            #expect(events.map(\.attemptOutcomes) == [["retry", "completed"], ["completed"]])
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
            #expect(events.flatMap(\.effects).allSatisfy { $0["state"].text == "confirmed" })
        }
    }
}
