import Journal
import Model
import Sandbox
import Testing
import Worker

/// Salesforce does the work, and the connection drops before it answers.
@Suite("A lost answer", .serialized, .timeLimit(.minutes(1)))
struct LostAnswerTests {
    @Test func ofAnUpsertLeavesOneLeadAndAConfirmedEffect() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(.dropAfterWork, matching: RequestMatcher(method: "PATCH"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["retry", "completed"])
                #expect(event.attempts.first?["error_class"].text == "lost_answer")
                #expect(event.effects.map { $0["kind"].text } == ["lead.upsert"])
                #expect(event.effects.map { $0["state"].text } == ["confirmed"])
                #expect(event.effects.first?["record_id"].text == fixture.lead("c1")?.id)
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
            // The look showed that it was done: it was not sent again.
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
        }
    }

    @Test func ofAnInsertWithoutAKeyLeavesOneLead() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "POST", path: "/sobjects/Lead")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.query("subscribe", contactID: nil, email: "p1@acme.example", name: "Jane Doe"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["retry", "completed"])
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test(arguments: [true, false])
    func ofATaskLeavesOneTask(hasKeyField: Bool) async throws {
        try await WorkerFixture.withFresh {
            if !hasKeyField { $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c") }
        } _: { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: hasKeyField ? "PATCH" : "POST", path: "/sobjects/Task")
            )
            // Looking finds it at once, whatever the wait.
            try await whileRunning(fixture.makeWorker { $0.lostAnswerWait = .seconds(600) }) {
                try await fixture.tell(.click("c1", "p1@acme.example"))
                let event = try await fixture.eventually("click") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["retry", "completed"])
                #expect(event.effects("task.create").map { $0["state"].text } == ["confirmed"])
                #expect(event.effects("task.create").first?["record_id"].text != nil)
            }
            let tasks = fixture.sandbox.salesforce.rows("Task")
            #expect(tasks.count == 1)
            #expect(tasks.first?["WhoId"].string == lead)
            #expect(
                tasks.first?["Subject"].string?.hasPrefix("Email Click: June news — https://example.com/pricing (")
                    == true
            )
            #expect(tasks.first?["Status"].string == "Completed")
        }
    }

    /// The write never arrived, but only waiting can tell that it won't.
    @Test func ofATaskThatOnlyLookingCanFindIsLookedForBeforeItIsSentAgain() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c")
        } _: { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropBeforeWork,
                matching: RequestMatcher(method: "POST", path: "/sobjects/Task")
            )
            try await whileRunning(fixture.makeWorker { $0.lostAnswerWait = .seconds(3) }) {
                try await fixture.tell(.click("c1", "p1@acme.example"))
                let waiting = try await fixture.eventually("click") { $0.state == "snoozed" }
                #expect(waiting.attemptOutcomes.first == "retry")
                #expect(waiting.attempts.last?["error_class"].text == "lost_answer")
                let event = try await fixture.eventually("click") { $0.isCompleted() }
                let lost = try #require(event.attempts.first?["finished_at"].integer)
                #expect(try #require(event.finalizedAt) - lost >= 2900)
                #expect(event.attempt == 2, "looking costs no try")
            }
            #expect(fixture.requests("POST", "/sobjects/Task").count == 2)
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }

    @Test func ofAnOptOutIsSeenWhenItIsReadBack() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "PATCH", body: "HasOptedOutOfEmail")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                let flag = try #require(event.effects("optout.lead").first)
                #expect(flag["state"].text == "confirmed")
                #expect(flag["verified_at"].integer != nil)
            }
            #expect(fixture.isOptedOut(lead))
        }
    }
}
