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

    /// Rule 7: an opt-out is held only by that object's own flag.
    @Test func hiddenFlagOfContactsHoldsNoOptOutOfALeadUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.hideField("Contact", "HasOptedOutOfEmail")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(try await fixture.pauses() == ["salesforce.Contact.HasOptedOutOfEmail"], "it is an alarm")
                // Nor a subscribe, which writes no such flag.
                try await fixture.tell(.wholeSubscribe("c2", "joe@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.lead("c2") != nil)
        }
    }

    @Test func hiddenFlagOfContactsHoldsOnlyTheContactOfSomebodyWhoIsBoth() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("jane@acme.example")
            fixture.sandbox.salesforce.hideField("Contact", "HasOptedOutOfEmail")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let waiting = try await fixture.eventually("unsubscribe") { $0.attemptOutcomes.count >= 2 }
                #expect(waiting.state == "snoozed" && waiting.attempt == 0)
                let written = try #require(waiting.effects("optout.lead").first)
                #expect(written["state"].text == "confirmed" && written["verified_at"].integer != nil)
                #expect(fixture.isOptedOut(lead) && !fixture.isOptedOut(contact))
                fixture.sandbox.salesforce.showField("Contact", "HasOptedOutOfEmail")
                let end = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(end.attempt == 1)
                #expect(Set(end.attemptOutcomes.dropLast()) == ["snoozed"])
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(contact))
        }
    }

    @Test func contactsThatCannotBeLookedAtHoldNoLeadOfAnOptOutUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"sObject type 'Contact' is not supported.","errorCode":"INVALID_TYPE"}]"#,
                    contentType: "application/json"
                ),
                next: 2,
                matching: RequestMatcher(method: "GET", path: "FROM%20Contact")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("the Lead is opted out") { fixture.isOptedOut(lead) }
                let end = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(end.attempt == 1)
                #expect(end.attemptOutcomes == ["snoozed", "snoozed", "completed"])
            }
            #expect(fixture.isOptedOut(contact))
        }
    }

    /// Rule 7: what does not write the hidden field goes on.
    @Test func hiddenFieldOfLeadsHoldsNoTaskUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.hideField("Lead", "GetResponse_Tags__c")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.click("c1", "jane@acme.example"))
                try await fixture.eventually("click") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").map { $0["WhoId"].string } == [lead])
        }
    }

    /// A pause that lasts must not fill the journal, nor ask Salesforce about everybody again and again.
    @Test func pauseCostsEachEventOneTryHoweverLongItLasts() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.hideField("Lead", "GetResponse_List_ID__c")
            let worker = fixture.makeWorker { $0.retry.configurationPause = .milliseconds(600) }
            try await whileRunning(worker) {
                try await fixture.tell((1...12).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("one of them has tried it four times") {
                    try await fixture.events().contains { $0.attemptOutcomes.count >= 4 }
                }
                // Each once, and one of them again whenever the pause is due; all of them would be 48.
                let counts = try await fixture.events().map(\.attemptOutcomes.count)
                #expect(counts.reduce(0, +) <= 24, "\(counts)")
                fixture.sandbox.salesforce.showField("Lead", "GetResponse_List_ID__c")
                try await fixture.eventually("all completed") {
                    let events = try await fixture.events().filter { $0.action == "subscribe" }
                    return events.count == 12 && events.allSatisfy { $0.isCompleted() && $0.attempt == 1 }
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 12)
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
