import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("Tags, clicks and the rest", .serialized, .timeLimit(.minutes(1)))
struct EngagementTests {
    /// Their times differ: the callback has none, the webhook the provider's.
    @Test(arguments: [true, false], [true, false])
    func sameClickByCallbackAndByWebhookIsOneTask(hasKeyField: Bool, together: Bool) async throws {
        try await WorkerFixture.withFresh {
            if !hasKeyField { $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c") }
        } _: { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                let second = NewCallback.clickByWebhook("c1", "p1@acme.example", webhookID: "7b1c")
                if together {
                    try await fixture.tell(.click("c1", "p1@acme.example"), second)
                } else {
                    try await fixture.tell(.click("c1", "p1@acme.example"))
                    try await fixture.eventually("click") { $0.isCompleted() }
                    try await fixture.tell(second)
                }
                try await fixture.eventually("both") {
                    let clicks = try await fixture.events()
                    return clicks.count == 2 && clicks.allSatisfy { $0.isCompleted() }
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }

    /// Only looking can tell what became of the first one's Task; the second must not be written beside it.
    @Test(arguments: [Fault.dropAfterWork, .dropBeforeWork])
    func secondTellingWaitsUntilTheFirstOnesTaskIsSettled(fault: Fault) async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c")
        } _: { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                fault,
                next: 1,
                matching: RequestMatcher(method: "POST", path: "/sobjects/Task")
            )
            try await whileRunning(fixture.makeWorker { $0.lostAnswerWait = .seconds(2) }) {
                try await fixture.tell(.click("c1", "p1@acme.example"))
                try await fixture.eventually("click") { $0.attemptOutcomes.first == "retry" }
                try await fixture.tell(.clickByWebhook("c1", "p1@acme.example", webhookID: "7b1c"))
                try await fixture.eventually("both") {
                    let clicks = try await fixture.events()
                    return clicks.count == 2 && clicks.allSatisfy { $0.isCompleted() }
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }

    @Test func clicksOfTwoPeopleAreTwoTasks() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try fixture.insertLead("c2", "p2@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.click("c1", "p1@acme.example"), .click("c2", "p2@acme.example"))
                try await fixture.eventually("click", contact: "c1") { $0.isCompleted() }
                try await fixture.eventually("click", contact: "c2") { $0.isCompleted() }
            }
            #expect(Set(fixture.sandbox.salesforce.rows("Task").compactMap { $0["WhoId"].string }).count == 2)
        }
    }

    @Test func tagThatShowsIntentMakesTheLeadHot() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try fixture.insertLead("c2", "p2@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .tag("demo_watched", "c1", "p1@acme.example"),
                    .tag("newsletter", "c2", "p2@acme.example")
                )
                try await fixture.eventually("tag_applied", contact: "c1") { $0.isCompleted() }
                try await fixture.eventually("tag_applied", contact: "c2") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["Rating"].string == "Hot")
            #expect(fixture.lead("c1")?["GetResponse_Tags__c"].string == "demo_watched")
            #expect(fixture.lead("c2")?["Rating"].isNull == true)
            #expect(fixture.lead("c2")?["GetResponse_Tags__c"].string == "newsletter")
        }
    }

    @Test func tagOfNobodyWaitsAWhileAndThenEndsWithoutATarget() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker { $0.orphanWait = .seconds(2) }) {
                try await fixture.tell(.tag("demo_watched", "c1", "p1@acme.example"))
                let waiting = try await fixture.eventually("tag_applied") { $0.state == "snoozed" }
                #expect(waiting.attempt == 0)
                let end = try await fixture.eventually("tag_applied") { $0.isCompleted("noTarget") }
                let received = try #require(end.event["received_at"].integer)
                #expect(try #require(end.finalizedAt) - received >= 2000)
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").isEmpty)
        }
    }

    @Test func tagThatCameBeforeItsSubscribeIsAppliedOnceTheLeadIsThere() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker { $0.orphanWait = .seconds(2) }) {
                try await fixture.tell(.tag("demo_watched", "c1", "p1@acme.example"))
                try await fixture.eventually("tag_applied") { $0.state == "snoozed" }
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                try await fixture.eventually("tag_applied") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["Rating"].string == "Hot")
        }
    }

    @Test func unknownActionEndsAsIgnoredWithoutARequest() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.query("survey", contactID: "c1", email: "p1@acme.example"))
                let event = try await fixture.eventually("survey") { $0.isCompleted("ignored") }
                #expect(event.effects.isEmpty)
            }
            #expect(fixture.sandbox.salesforce.requests.count == 0)
            #expect(fixture.sandbox.getResponse.requests.count == 0)
        }
    }

    @Test func malformedDeliveryBecomesADeadLetterAndHoldsNobodyUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .json(#"{"action":"subscribe","#, isMalformed: true),
                    .json("[7]"),
                    .wholeSubscribe("c1", "p1@acme.example")
                )
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            let letters = try await fixture.journal.reader.deadLetters()
            #expect(letters.count == 2)
            let dead = try await fixture.events().filter { $0.action == "unknown" }
            #expect(dead.count == 2)
            #expect(dead.allSatisfy { $0.state == "dead" && $0.lastError?.isEmpty == false })
        }
    }
}
