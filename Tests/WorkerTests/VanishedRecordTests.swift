import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// Records that Salesforce calls gone, between the look-up and the write or for good.
@Suite("Records that are called gone", .serialized, .timeLimit(.minutes(1)))
struct VanishedRecordTests {
    /// A flow or a rule that fails may use the same words for a record that is there.
    @Test(arguments: ["INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"], ["Lead", "Contact"])
    func optOutIsWrittenWhereTheRecordIsThere(code: String, object: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            let records = try [
                fixture.insertLead("c1", "jane@acme.example"), fixture.insertLead(nil, "jane@acme.example"),
                fixture.insertContact("jane@acme.example"),
            ]
            fixture.sandbox.salesforce.failWrites(
                to: object,
                next: 1,
                code: code,
                message: "this ID value is not valid"
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                let flags = event.effects("optout.lead") + event.effects("optout.contact")
                #expect(flags.count == 3 && flags.allSatisfy { $0["verified_at"].integer != nil }, "\(flags)")
            }
            for record in records { #expect(fixture.isOptedOut(record)) }
        }
    }

    @Test func optOutThatIsRefusedForGoodIsNeverDone() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1000,
                code: "INVALID_CROSS_REFERENCE_KEY",
                message: "this ID value is not valid"
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { ["dead", "retryable"].contains($0.state) }
                #expect(event.lastError?.contains("INVALID_CROSS_REFERENCE_KEY") == true)
            }
            #expect(!fixture.isOptedOut(lead))
        }
    }

    /// A merge leaves one of two: the flag belongs on the one that is left.
    @Test func mergeInBetweenLeadsToTheRecordThatIsLeft() async throws {
        try await WorkerFixture.withFresh { fixture in
            let loser = try fixture.insertLead("c1", "jane@acme.example")
            let race = Race {
                try fixture.sandbox.salesforce.delete(loser)
                try fixture.insertLead(nil, "jane@acme.example", ["FirstName": "Winner"])
            }
            fixture.sandbox.salesforce.faults.inject(
                .delay(.milliseconds(1)),
                matching: race.atWrite(of: "/sobjects/Lead")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                let gone = event.effects("optout.lead").filter { $0["error_text"].text == "The record is gone." }
                #expect(gone.map { $0["record_id"].text } == [loser])
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").map { $0["HasOptedOutOfEmail"] } == [true])
        }
    }

    @Test(arguments: [1, 200])
    func updateOfARecordThatIsGoneIsPlannedAgain(batchSize: Int) async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead(nil, "jane@acme.example", ["FirstName": "J"])
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1,
                code: "ENTITY_IS_DELETED",
                message: "entity is deleted"
            )
            try await whileRunning(fixture.makeWorker { $0.batchSize = batchSize }) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").map { $0["FirstName"].string } == ["Jane"])
        }
    }

    /// The converted Lead keeps the contact id, so the new one has none.
    @Test(arguments: [true, false])
    func whoseContactIsGoneGetsALeadAgain(isNamed: Bool) async throws {
        try await WorkerFixture.withFresh { fixture in
            let old = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.sandbox.salesforce.convertLead(old)
            try fixture.sandbox.salesforce.delete(contact)
            if !isNamed { try fixture.sandbox.salesforce.change(old, ["ConvertedContactId": .null]) }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempts.last?["choice"].text?.contains("gone or hidden") == true)
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example", name: "Janet Doe"))
                try await fixture.eventuallyDrained()
            }
            let leads = fixture.sandbox.salesforce.rows("Lead").filter { $0["IsConverted"] != true }
            #expect(leads.map { $0["FirstName"].string } == ["Janet"])
            #expect(leads.map { $0["GetResponse_Contact_ID__c"] } == [.null])
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() && $0.attempt == 1 })
        }
    }

    @Test func valueThatSomebodyElseHasForGoodBecomesADeadLetterSoon() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1000,
                code: "DUPLICATE_VALUE",
                message: "duplicate value found: Legacy__c duplicates value on record with id: 00Q5e0000000009EAA"
            )
            let worker = fixture.makeWorker {
                $0.retry.base = .milliseconds(10)
                $0.retry.cap = .milliseconds(10)
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "dead" }
                #expect(event.attempt == 2)
                #expect(event.lastError?.contains("00Q5e0000000009EAA") == true)
            }
        }
    }
}
