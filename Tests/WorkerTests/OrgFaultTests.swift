import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("An org that lacks or refuses something", .serialized, .timeLimit(.minutes(1)))
struct OrgFaultTests {
    @Test func refusedStatusDoesNotHoldTheOptOutUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"bad value for restricted picklist field: Unsubscribed","#
                        + #""errorCode":"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST","fields":["Status"]}]"#,
                    contentType: "application/json"
                ),
                next: 10,
                matching: RequestMatcher(method: "PATCH", body: "Unsubscribed")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects("optout.lead").map { $0["state"].text } == ["confirmed"])
                let details = event.effects("optout.details")
                #expect(details.map { $0["state"].text } == ["failed"])
                #expect(details.first?["error_text"].text?.contains("restricted picklist") == true)
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.sandbox.salesforce.row(lead)?["Status"].string == "Open - Not Contacted")
        }
    }

    @Test func orgWithoutTheDateFieldsGetsEverythingElse() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.optionalFields = []
        } _: { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("jane@acme.example")
            let other = try fixture.insertLead("c2", "joe@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.effects.allSatisfy { $0["state"].text == "confirmed" })
                try await fixture.tell(.unsubscribe("c2", "joe@acme.example"))
                try await fixture.eventually("unsubscribe", contact: "c2") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact) && fixture.isOptedOut(other))
            #expect(fixture.sandbox.salesforce.row(lead)?["Status"].string == "Unsubscribed")
            #expect(try await fixture.pauses().isEmpty)
            // What the org lacks is remembered: the second opt-out does not try it again.
            #expect(fixture.requests("PATCH", "/sobjects/Lead", body: "Last_Unsubscribe_Date__c").count == 1)
        }
    }

    @Test func hiddenOptOutFieldPausesOptOutsWithoutCostAndTheyResumeByThemselves() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.hideField("Lead", "HasOptedOutOfEmail")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("tried twice") {
                    try await fixture.event("unsubscribe")?.attemptOutcomes.count ?? 0 >= 2
                }
                #expect(try await fixture.pauses() == ["salesforce.Lead.HasOptedOutOfEmail"])
                let event = try #require(try await fixture.event("unsubscribe"))
                #expect(Set(event.attemptOutcomes) == ["snoozed"])
                #expect(event.lastError?.contains("HasOptedOutOfEmail") == true)
                fixture.sandbox.salesforce.showField("Lead", "HasOptedOutOfEmail")
                let end = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(end.attempt == 1)
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func hiddenRequiredFieldPausesTheWritesOfLeadsButNoOptOut() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.hideField("Lead", "GetResponse_List_ID__c")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c2", "joe@acme.example"))
                try await fixture.eventually("paused") {
                    try await fixture.pauses() == ["salesforce.Lead.GetResponse_List_ID__c"]
                }
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                let waiting = try #require(try await fixture.event("subscribe"))
                #expect(waiting.state != "completed" && waiting.state != "dead")
                #expect(Set(waiting.attemptOutcomes) == ["snoozed"])
                fixture.sandbox.salesforce.showField("Lead", "GetResponse_List_ID__c")
                let end = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(end.attempt == 1)
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.lead("c2")?["GetResponse_List_ID__c"].string == "p86zQ")
        }
    }

    @Test(
        arguments: [
            ("STRING_TOO_LONG", "Company: data value too large: Acme (max length=255)"),
            ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]"),
            ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Leads need a region."),
        ]
    )
    func refusedValuesKillTheEventAtOnceInSalesforcesWords(code: String, message: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(to: "Lead", code: code, message: message)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "dead" }
                #expect(event.attempt == 1)
                #expect(event.lastError?.contains(code) == true)
                #expect(event.lastError?.contains(message.dropLast()) == true)
                #expect(event.attempts.first?["error_class"].text == "data")
                #expect(event.effects.map { $0["state"].text } == ["failed"])
                // A person mends the cause and replays it.
                try await fixture.journal.replay(event.id)
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func usedUpAllowanceHoldsEverythingButOptOutsAndCostsNoTry() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .requestLimitExceeded,
                next: 1,
                matching: RequestMatcher(method: "PATCH", path: "/Lead/GetResponse_Contact_ID__c")
            )
            let worker = fixture.makeWorker { $0.retry.quotaPause = .seconds(600) }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c2", "joe@acme.example"))
                try await fixture.eventually("paused") { try await fixture.pauses() == ["salesforce"] }
                try await fixture.tell(
                    .unsubscribe("c1", "jane@acme.example"),
                    .wholeSubscribe("c3", "mei@acme.example")
                )
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                for contact in ["c2", "c3"] {
                    let event = try await fixture.eventually("subscribe", contact: contact) { $0.state == "snoozed" }
                    #expect(event.attempt == 0)
                }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.lead("c3") == nil)
        }
    }
}
