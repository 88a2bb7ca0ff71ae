import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// A person on two lists leaves one of them, then the other.
@Suite("Leaving one of several lists", .serialized, .timeLimit(.minutes(1)))
struct ConsentScopeTests {
    private func leaveBoth(
        _ scope: OptOutScope,
        _ verify: (WorkerFixture, _ isBetween: Bool) async throws -> Void
    ) async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker { $0.policy.optOutScope = scope }) {
                try await fixture.tell(.joined("A", "c1", "jane@acme.example", webhookID: "1"))
                try await fixture.tell(.joined("B", "c2", "Jane@acme.example", webhookID: "2"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.left("A", "c1", "jane@acme.example", webhookID: "3"))
                try await fixture.eventually("unsubscribe", contact: "c1") { $0.state == "completed" }
                try await verify(fixture, true)
                try await fixture.tell(.left("B", "c2", "jane@acme.example", webhookID: "4"))
                try await fixture.eventually("unsubscribe", contact: "c2") { $0.state == "completed" }
                try await verify(fixture, false)
            }
            let standing = try await fixture.journal.reader.knowledge(of: Person(rawValue: "jane@acme.example")).consent
            #expect(standing.map(\.listID) == ["A", "B", "A", "B"])
            #expect(standing.map(\.isOptOut) == [false, false, true, true])
        }
    }

    @Test func optsThePersonOutByDefault() async throws {
        try await leaveBoth(.anyList) { fixture, _ in
            #expect(fixture.sandbox.salesforce.rows("Lead").map { $0["HasOptedOutOfEmail"] } == [true])
        }
    }

    @Test func waitsForTheLastListWhereTheScopeSaysSo() async throws {
        try await leaveBoth(.allLists) { fixture, isBetween in
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.map { $0["HasOptedOutOfEmail"] == true } == [!isBetween])
            let event = try #require(try await fixture.event("unsubscribe", contact: "c1"))
            #expect(event.isCompleted("otherLists") && event.effects.isEmpty)
            let audit = try await fixture.journal.reader.optOutAudit()
            #expect(audit.allSatisfy { $0["overdue"].integer == 0 })
        }
    }

    /// A complaint on one list is meant for all of them.
    @Test(arguments: ["complaint", "blacklisted"])
    func complaintWaitsForNoOtherList(reason: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker { $0.policy.optOutScope = .allLists }) {
                try await fixture.tell(.joined("A", "c1", "jane@acme.example", webhookID: "1"))
                try await fixture.tell(.joined("B", "c2", "jane@acme.example", webhookID: "2"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(
                    .json(
                        """
                        {"action":"removed","reason":"\(reason)","contact":{"contactId":"c1","email":"jane@acme.example",
                        "campaign":{"campaignId":"A","name":"A"}}}
                        """
                    )
                )
                try await fixture.eventually("removed", contact: "c1") { $0.state == "completed" }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").allSatisfy { $0["HasOptedOutOfEmail"] == true })
        }
    }
}
