import Foundation
import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// The guide and the real API, row by row: whose record it is, and what may be written to it.
@Suite("Salesforce's table: records", .serialized, .timeLimit(.minutes(2)))
struct SalesforceTableRecordTests {
    @Test("Row 7: a person with several contact ids is one Lead", arguments: [1, 200])
    func oneLeadAPerson(batchSize: Int) async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker {
                $0.batchSize = batchSize
                $0.concurrency = 20
            }
            try await whileRunning(worker) {
                // Ids of lists of their own, told at once and later, in other spellings of the address.
                try await fixture.tell(
                    .wholeSubscribe("pV3r", "Jane@Acme.example"),
                    .wholeSubscribe("u2tzdP", "jane@acme.example"),
                    .wholeSubscribe("PV3R", " JANE@ACME.EXAMPLE ")
                )
                try await fixture.eventuallyDrained()
                try await fixture.tell(.wholeSubscribe("wqLUoY", "jane@acme.example", name: "Jane A. Doe"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.unsubscribe("wqLUoY", nil))
                try await fixture.eventuallyDrained()
            }
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.count == 1)
            #expect(leads.first?["GetResponse_Contact_ID__c"].string == "pV3r")
            #expect(try await fixture.events().prefix(4).allSatisfy { $0.isCompleted() && $0.attempt == 1 })
        }
    }

    @Test("Row 7: of several records the same one is taken every time, and the journal says which and why")
    func choiceIsRecorded() async throws {
        try await WorkerFixture.withFresh { fixture in
            let leads = try (1...3).map { _ in try fixture.insertLead(nil, "jane@acme.example") }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.click("c2", "jane@acme.example"))
                try await fixture.eventuallyDrained()
            }
            let first = try #require(leads.min())
            #expect(fixture.lead("c1")?.id == first)
            #expect(fixture.sandbox.salesforce.rows("Task").map { $0["WhoId"].string } == [first])
            let choices = try await fixture.events().map { $0.attempts.last?["choice"].text }
            let sentence = "Of 3 Leads with this address the one with the lowest id, \(first), was taken."
            #expect(choices == [sentence, sentence])
        }
    }

    @Test("Row 8: false is never sent, so that a rep's opt-out stays")
    func falseIsNeverSent() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example", ["HasOptedOutOfEmail": true])
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "jane@acme.example", name: "Janet Doe"),
                    .wholeSubscribe("c2", "joe@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.sandbox.salesforce.row(lead)?["FirstName"].string == "Janet")
            let sent = fixture.sandbox.salesforce.requests.all.filter { $0.body.contains("HasOptedOutOfEmail") }
            #expect(sent.allSatisfy { !$0.body.contains(#""HasOptedOutOfEmail":false"#) })
        }
    }

    @Test("Row 9: an unsubscribe reaches every record by a minimal write, and makes none")
    func unsubscribeReachesEverything() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.restrictedPicklists = ["Lead.Status"]
        } _: { fixture in
            let own = try fixture.insertLead("c1", "jane@acme.example")
            let converted = try fixture.insertLead(nil, "jane@acme.example")
            let contact = try fixture.sandbox.salesforce.convertLead(converted)
            try fixture.sandbox.salesforce.change(contact, ["Email": "moved@acme.example"])
            let other = try fixture.insertLead(nil, "JANE@acme.example")
            let second = try fixture.insertContact("jane@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .unsubscribe("c1", "jane@acme.example"),
                    .unsubscribe("c9", "nobody@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            for record in [own, other, contact, second] { #expect(fixture.isOptedOut(record)) }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 3)
            #expect(try await fixture.event("unsubscribe", contact: "c9")?.isCompleted("unknownPerson") == true)
            // The org refuses the status, which is not worth an opt-out.
            let event = try #require(try await fixture.event("unsubscribe", contact: "c1"))
            #expect(event.isCompleted() && event.attempt == 1)
            #expect(fixture.sandbox.salesforce.row(own)?["Status"].string == "Open - Not Contacted")
        }
    }

    @Test(
        "Row 10: a converted Lead is never written, its Contact is",
        arguments: [SandboxConfiguration.ConvertedLeadWrites.refused, .dead]
    )
    func convertedLeadIsFollowed(writes: SandboxConfiguration.ConvertedLeadWrites) async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.convertedLeadWrites = writes
        } _: { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.sandbox.salesforce.convertLead(lead)
            let before = fixture.sandbox.salesforce.row(lead)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "jane@acme.example", name: "Janet Doe"),
                    .click("c1", "jane@acme.example"),
                    .unsubscribe("c1", "jane@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.sandbox.salesforce.row(lead)?["FirstName"] == before?["FirstName"])
            #expect(!fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
            #expect(fixture.sandbox.salesforce.rows("Task").map { $0["WhoId"].string } == [contact])
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test("Row 17: what Salesforce requires has stand-ins, which never replace a better value")
    func standIns() async throws {
        try await WorkerFixture.withFresh { fixture in
            let known = try fixture.insertLead("c2", "p2@acme.example", ["LastName": "Lee", "Company": "Initech"])
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .subscribe("c1", "p1@globex.example"),
                    .subscribe("c2", "p2@acme.example")
                )
                try await fixture.eventually("subscribe", contact: "c1")
                try await fixture.eventually("subscribe", contact: "c2")
            }
            let made = try #require(fixture.lead("c1"))
            #expect(made["LastName"].string == "Unknown" && made["Company"].string == "globex.example")
            #expect(made["FirstName"].string == nil, "it needs none")
            let kept = fixture.sandbox.salesforce.row(known)
            #expect(kept?["LastName"].string == "Lee" && kept?["Company"].string == "Initech")
        }
    }

    @Test("Row 18: a prefix becomes the salutation")
    func salutation() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example", name: "Dr. Jane Doe"))
                try await fixture.eventuallyDrained()
            }
            let lead = fixture.lead("c1")
            #expect(lead?["Salutation"].string == "Dr." && lead?["FirstName"].string == "Jane")
        }
    }

    @Test("Row 19: a member is made once, moved on and never back, with statuses that the campaign has")
    func campaignMember() async throws {
        try await WorkerFixture.withFresh { fixture in
            let campaign = try fixture.sandbox.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            for status in ["Registered", "Attended"] {
                fixture.sandbox.salesforce.addMemberStatus(status, to: campaign)
            }
            let worker = fixture.makeWorker {
                $0.policy.campaigns = [
                    CampaignRule(list: "p86zQ", campaign: campaign),
                    CampaignRule(tag: "attended", campaign: campaign, status: "Attended"),
                ]
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.tag("attended", "c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                _ = try fixture.sandbox.salesforce.convertLead(try #require(fixture.lead("c1")).id)
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.sandbox.salesforce.rows("CampaignMember").map { $0["Status"].string } == ["Attended"])
        }
    }

    @Test("Row 21: tags are cut where one ends, by the length of the field")
    func tagsAreCut() async throws {
        try await WorkerFixture.withFresh { fixture in
            let tags = (1...60).map { #"{"tagId":"t\#($0)","name":"interest_number_\#($0)"}"# }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example")
                        .replacing(#""tags":[]"#, with: #""tags":[\#(tags.joined(separator: ","))]"#)
                )
                try await fixture.eventuallyDrained()
            }
            let held = try #require(fixture.lead("c1")?["GetResponse_Tags__c"].string)
            #expect(held.count <= 255 && held.count > 200)
            #expect(
                held.components(separatedBy: ", ").allSatisfy { $0.hasPrefix("interest_number_") && $0.count >= 17 }
            )
        }
    }

    @Test("Row 23: times are written in UTC with a Z")
    func timesAreNormalised() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example")
                        .replacing("2026-04-21T09:15:00+0000", with: "2026-04-21T11:15:00+02:00")
                )
                try await fixture.eventuallyDrained()
            }
            let sent = try #require(
                fixture.sandbox.salesforce.requests.all.first { $0.body.contains(#"Date__c":"#) }
            )
            #expect(sent.body.contains(#""GetResponse_Subscription_Date__c":"2026-04-21T09:15:00"#))
            #expect(sent.body.contains(#"Z""#))
        }
    }

    @Test(
        "Row 25: no address gets out of its query, and all matches count",
        arguments: ["o'brien@acme.example", #"a\'b@acme.example"#, #"x\\' OR Email LIKE '%@acme.example"#]
    )
    func addressesStayInTheirQuotes(address: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            let stranger = try fixture.insertLead("c8", "stranger@acme.example")
            let first = try fixture.insertLead(nil, address)
            let second = try fixture.insertLead(nil, address)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", address))
                try await fixture.eventually("unsubscribe") { ["completed", "dead"].contains($0.state) }
            }
            #expect(!fixture.isOptedOut(stranger))
            if Person(email: address) != nil { #expect(fixture.isOptedOut(first) && fixture.isOptedOut(second)) }
        }
    }
}
