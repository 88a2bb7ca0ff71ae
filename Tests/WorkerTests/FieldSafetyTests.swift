import Journal
import Model
import Sandbox
import Testing

@testable import Worker

/// What the describe of the org's objects spares.
@Suite("Fields as the org describes them", .serialized, .timeLimit(.minutes(2)))
struct FieldSafetyTests {
    private func describes(_ fixture: WorkerFixture, _ object: String = "") -> Int {
        fixture.requests("GET", "\(object)/describe").count
    }

    @Test func textsThatAreTooLongForTheOrgAreCutAndTheEffectSaysWhatWasSent() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.setLength("Lead", "Title", to: 5)
            fixture.sandbox.salesforce.setLength("Lead", "GetResponse_Tags__c", to: 10)
            fixture.sandbox.salesforce.setLength("Lead", "Email", to: 10)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.guideSubscribe)
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                let sent = try #require(event.effects.first?["fields"].text)
                #expect(sent.contains(#""Title":"VP of""#) && !sent.contains("Email\":"))
            }
            let lead = try #require(fixture.lead("xyz789abc"))
            #expect(lead["Title"].string == "VP of")
            #expect(lead["GetResponse_Tags__c"].string == "webinar_re")
            #expect(lead["Email"] == .null, "half an address is somebody else's")
            #expect(lead["Company"].string == "Acme Corporation")
        }
    }

    @Test func describeIsAskedOnceHoweverManyEventsThereAre() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker { $0.concurrency = 50 }) {
                try await fixture.tell((1...30).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("30 Leads") { fixture.sandbox.salesforce.rows("Lead").count == 30 }
                try await fixture.tell((1...30).map { .click("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            #expect(describes(fixture, "Lead") == 1)
            #expect(describes(fixture, "Contact") == 1)
            #expect(describes(fixture, "Task") == 1)
            #expect(describes(fixture) == 3)
        }
    }

    @Test func optionalFieldThatTheOrgLacksCostsNoRefusedRequest() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.optionalFields = []
        } _: { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.click("c1", "p1@acme.example"))
                try await fixture.eventually("click") { $0.isCompleted() }
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").map { $0["WhoId"].string } == [lead])
            #expect(fixture.requests("PATCH", "GetResponse_Event_Key__c").isEmpty)
            // The opt-out asks for no describe, but what is known serves it.
            #expect(fixture.requests("PATCH", "/Lead/", body: "Last_Unsubscribe_Date__c").isEmpty)
        }
    }

    @Test func whatMayNotBeDescribedIsLearntByRefusals() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.optionalFields = []
        } _: { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 404,
                    body: #"[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]"#,
                    contentType: "application/json"
                ),
                next: 1000,
                matching: .path("/describe")
            )
            try fixture.insertLead("c1", "p1@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.click("c1", "p1@acme.example"), .wholeSubscribe("c2", "p2@acme.example"))
                try await fixture.eventually("click") { $0.isCompleted() }
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
            #expect(fixture.requests("PATCH", "GetResponse_Event_Key__c").count == 1)
            #expect(try await fixture.pauses().isEmpty)
        }
    }

    @Test func fieldThatIsNotToBeWrittenPausesBeforeAnythingIsSent() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.makeReadOnly("Lead", "GetResponse_List_ID__c")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell((2...6).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("paused") {
                    try await fixture.pauses() == ["salesforce.Lead.GetResponse_List_ID__c"]
                }
                try await fixture.eventually("all wait") {
                    try await fixture.events().count { $0.event["held_by"].text != nil } >= 4
                }
                // Nothing that does not write the field is held up.
                try await fixture.tell(.tag("demo_watched", "c1", "jane@acme.example"))
                try await fixture.eventually("tag_applied") { $0.isCompleted() }
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                // One of them at a time is tried, and has its try back afterwards.
                let waiting = try await fixture.eventually("subscribe") { $0.event["held_by"].text != nil }
                #expect(waiting.attempt == 0 && waiting.effects.isEmpty)
                #expect(waiting.lastError?.contains("GetResponse_List_ID__c") == true)
                let sent = fixture.sandbox.salesforce.requests.all.filter {
                    $0.body.contains(#""GetResponse_List_ID__c":"#)
                }
                #expect(sent.isEmpty)
                fixture.sandbox.salesforce.showField("Lead", "GetResponse_List_ID__c")
                try await fixture.eventually("all completed") {
                    try await fixture.events().filter { $0.action == "subscribe" }
                        .allSatisfy { $0.isCompleted() && $0.attempt == 1 }
                }
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 6)
            #expect(
                fixture.requests("PATCH", "/sobjects/Lead/GetResponse_Contact_ID__c").allSatisfy { $0.status != 400 }
            )
        }
    }

    /// The flag is an alarm before anybody opts out, its writes wait, and nothing else does.
    @Test(arguments: ["Lead", "Contact"])
    func optOutFlagThatIsNotToBeWrittenIsAnAlarm(object: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("jane@acme.example")
            let (own, other) = object == "Lead" ? (lead, contact) : (contact, lead)
            fixture.sandbox.salesforce.makeReadOnly(object, "HasOptedOutOfEmail")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c2", "p2@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(try await fixture.pauses() == ["salesforce.\(object).HasOptedOutOfEmail"])
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("the other one is opted out") { fixture.isOptedOut(other) }
                #expect(!fixture.isOptedOut(own))
                fixture.sandbox.salesforce.showField(object, "HasOptedOutOfEmail")
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
            }
            #expect(fixture.isOptedOut(own))
        }
    }

    @Test func optOutNeitherAsksForADescribeNorWaitsForOne() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(describes(fixture) == 0)
                try fixture.insertLead("c3", "joe@acme.example")
                fixture.sandbox.salesforce.faults.inject(
                    .delay(.seconds(3)),
                    next: 2,
                    matching: .path("/describe")
                )
                try await fixture.tell(.wholeSubscribe("c2", "p2@acme.example"))
                try await fixture.eventually("the describe is under way") { describes(fixture) > 0 }
                try await fixture.tell(.unsubscribe("c3", "joe@acme.example"))
                let optOut = try await fixture.eventually("unsubscribe", contact: "c3") { $0.isCompleted() }
                let subscribe = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(optOut.finalizedAt ?? .max < subscribe.finalizedAt ?? .min)
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    /// A field that was made shorter since it was described is described again, and the text cut, within the same try.
    @Test func fieldThatBecameShorterIsLearntFromTheRefusal() async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker { $0.retry.configurationPause = .milliseconds(2) }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                fixture.sandbox.salesforce.setLength("Lead", "Company", to: 3)
                try await fixture.tell(.wholeSubscribe("c2", "p2@acme.example"))
                let event = try await fixture.eventually("subscribe", contact: "c2") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects.map { $0["state"].text } == ["confirmed"])
            }
            #expect(fixture.lead("c2")?["Company"].string == "Acm")
            #expect(describes(fixture, "Lead") == 2)
        }
    }
}
