import Journal
import Model
import Planning
import Salesforce
import Sandbox
import Testing

@testable import Worker

/// The guide and the real API, row by row: what the org's own rules and people do to records.
@Suite("Salesforce's table: the org's rules", .serialized, .timeLimit(.minutes(1)))
struct SalesforceTableRuleTests {
    @Test("Row 11: a conversion into an existing Contact drops the opt-out, and what is told next restores it")
    func optOutIsRestoredAfterConversion() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            // Under another address, so that only the conversion leads to it.
            let contact = try fixture.insertContact("jane.doe@home.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                _ = try fixture.sandbox.salesforce.convertLead(lead, into: .existingContact(id: contact))
                #expect(!fixture.isOptedOut(contact))
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.effects("optout.contact").map { $0["record_id"].text } == [contact])
                #expect(event.effects("optout.contact").allSatisfy { $0["verified_at"] != .null })
            }
            #expect(fixture.isOptedOut(contact))
        }
    }

    @Test(
        "Row 13: the assignment rule gives a new Lead its owner where that is set, and never moves another",
        arguments: [1, 200]
    )
    func onlyNewLeadsAreAssigned(batchSize: Int) async throws {
        let rule = "0055e00000AAAAAAAA"
        try await WorkerFixture.withFresh {
            $0.salesforce.assignmentRuleOwners = [rule]
        } _: { fixture in
            let theirs = "0055e00000CCCCCCCC"
            let known = try fixture.insertLead("c2", "p2@acme.example", ["OwnerId": .string(theirs)])
            let worker = fixture.makeWorker {
                $0.assignOnCreate = .active
                $0.batchSize = batchSize
            }
            try await whileRunning(worker) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example"),
                    .wholeSubscribe("c2", "p2@acme.example", name: "Joan Doe")
                )
                try await fixture.eventuallyDrained()
                try await fixture.tell(
                    .tag("demo_watched", "c1", "p1@acme.example"),
                    .tag("demo_watched", "c2", "p2@acme.example"),
                    .unsubscribe("c2", "p2@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.lead("c1")?["OwnerId"].string == rule)
            #expect(fixture.sandbox.salesforce.row(known)?["OwnerId"].string == theirs)
            #expect(fixture.isOptedOut(known))
        }
    }

    @Test("Row 22: a state that the org does not know is left out, told, and loses nobody", arguments: [1, 200])
    func addressIsLeftOut(batchSize: Int) async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.states = ["Oklahoma"]
        } _: { fixture in
            let worker = fixture.makeWorker {
                // The list's id goes into the Lead's State here, which no list of states holds.
                $0.policy.fields.listID = "State"
                $0.batchSize = batchSize
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                let told = event.effects.compactMap { $0["error_text"].text }
                #expect(told.count == 1 && told[0].hasPrefix("Sent without State."))
            }
            #expect(fixture.lead("c1")?["LastName"].string == "Doe")
            #expect(fixture.lead("c1")?["State"] == .null)
        }
    }

    @Test("Row 24: a duplicate rule's match with the address is adopted, and an alert stops no opt-out")
    func duplicatesAreAdopted() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.duplicateRule = .alert
            $0.salesforce.duplicateFields = ["Email"]
        } _: { fixture in
            // Made by a rep between the look-up and the write.
            let race = Race { try fixture.insertLead(nil, "jane@acme.example") }
            fixture.sandbox.salesforce.faults.inject(.serviceUnavailable, matching: race.atWrite(of: "/sobjects/Lead"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() && $0.attempt == 1 }
                let second = try fixture.insertLead(nil, "jane@acme.example")
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects("optout.lead").count == 2 && fixture.isOptedOut(second))
            }
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.count == 2 && leads.allSatisfy { fixture.isOptedOut($0.id) })
            #expect(leads.first?["GetResponse_Contact_ID__c"].string == "c1")
        }
    }
}
