import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// An org whose states come from a list.
@Suite("An address that the org refuses", .serialized, .timeLimit(.minutes(1)))
struct AddressTests {
    /// The list's id goes into the Lead's State here, which no list of states holds.
    private func worker(_ fixture: WorkerFixture, batchSize: Int = 200) -> EventWorker {
        fixture.makeWorker {
            $0.policy.fields.listID = "State"
            $0.batchSize = batchSize
        }
    }

    @Test(arguments: [1, 200])
    func isLeftOutAndTheLeadIsMade(batchSize: Int) async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.states = ["Oklahoma"]
        } _: { fixture in
            try await whileRunning(worker(fixture, batchSize: batchSize)) {
                try await fixture.tell((1...3).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("three Leads") { fixture.sandbox.salesforce.rows("Lead").count == 3 }
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.allSatisfy { $0.isCompleted() && $0.attempt == 1 })
            for effect in events.flatMap(\.effects) {
                #expect(effect["state"].text == "confirmed")
                #expect(effect["fields"].text?.contains("State") == false, "what was sent, not what was planned")
                #expect(effect["fields"].text?.contains("LastName") == true)
                #expect(effect["error_text"].text?.hasPrefix("Sent without State.") == true)
                #expect(effect["error_text"].text?.contains("FIELD_INTEGRITY_EXCEPTION") == true)
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").allSatisfy { $0["State"] == .null })
        }
    }

    @Test func isSentWhereTheOrgTakesIt() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.states = ["p86zQ"]
        } _: { fixture in
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.effects.map { $0["error_text"] } == [.null])
            }
            #expect(fixture.lead("c1")?["State"].string == "p86zQ")
        }
    }

    /// Another picklist's refusal is no reason to lose the address, nor to try again without it.
    @Test func refusalOfAnotherFieldIsFinal() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.restrictedPicklists = ["Lead.LeadSource"]
        } _: { fixture in
            try await whileRunning(worker(fixture)) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.state == "dead" }
            }
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
        }
    }
}
