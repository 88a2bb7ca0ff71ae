import Journal
import Model
import Salesforce
import Sandbox
import Testing

@testable import Worker

/// The org's assignment rule, which Salesforce runs on every write of a Lead that does not say otherwise.
@Suite("Owners of Leads", .serialized, .timeLimit(.minutes(1)))
struct AssignmentTests {
    private static let ruleOwner = "0055e00000AAAAAAAA"

    private func withRule(_ body: (WorkerFixture) async throws -> Void) async throws {
        try await WorkerFixture.withFresh(
            { $0.salesforce.assignmentRuleOwners = [Self.ruleOwner] },
            body
        )
    }

    private func subscribeAndTag(_ fixture: WorkerFixture) async throws {
        try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
        try await fixture.eventually("subscribe") { $0.isCompleted() }
        try await fixture.tell(.tag("demo_watched", "c1", "p1@acme.example"))
        try await fixture.eventually("tag_applied") { $0.isCompleted() }
    }

    @Test func newLeadIsTheUsersOwnUnlessTheSettingSaysOtherwise() async throws {
        try await withRule { fixture in
            try await whileRunning(fixture.makeWorker()) { try await subscribeAndTag(fixture) }
            let lead = try #require(fixture.lead("c1"))
            #expect(lead["OwnerId"].string != Self.ruleOwner && lead["Rating"].string == "Hot")
        }
    }

    @Test(arguments: [WriteOptions.AutoAssign.active, .rule(id: "01Q5e000000AbCdEAK")])
    func newLeadIsAssignedByTheRuleAndKeepsItsOwnerAfterwards(assign: WriteOptions.AutoAssign) async throws {
        try await withRule { fixture in
            let sales = "0055e00000CCCCCCCC"
            try await whileRunning(fixture.makeWorker { $0.assignOnCreate = assign }) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                let lead = try #require(fixture.lead("c1"))
                #expect(lead["OwnerId"].string == Self.ruleOwner)
                #expect(event.effects.map { $0["record_id"].text } == [lead.id])
                #expect(event.effects.map { $0["created_record"].integer } == [1])
                // Sales hands it on; nothing that follows may undo that.
                try fixture.sandbox.salesforce.change(lead.id, ["OwnerId": .string(sales)])
                try await fixture.tell(
                    .tag("demo_watched", "c1", "p1@acme.example"),
                    .wholeSubscribe("c1", "p1@acme.example", name: "Joan Doe"),
                    .unsubscribe("c1", "p1@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            let lead = try #require(fixture.lead("c1"))
            #expect(lead["OwnerId"].string == sales)
            #expect(lead["Rating"].string == "Hot" && lead["FirstName"].string == "Joan")
            #expect(fixture.isOptedOut(lead.id))
        }
    }

    @Test func crowdIsAssignedInBatches() async throws {
        try await withRule { fixture in
            try await whileRunning(
                fixture.makeWorker {
                    $0.assignOnCreate = .active
                    $0.concurrency = 50
                }
            ) {
                try await fixture.tell((1...30).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("30 Leads") { fixture.sandbox.salesforce.rows("Lead").count == 30 }
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").allSatisfy { $0["OwnerId"].string == Self.ruleOwner })
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() && $0.attempt == 1 })
        }
    }

    /// Somebody else makes the Lead between the look and the write: it gets the update, not another owner.
    @Test func raceForTheKeyChangesNoOwner() async throws {
        try await withRule { fixture in
            let sales = "0055e00000CCCCCCCC"
            let race = Race {
                try fixture.insertLead("c1", "p1@acme.example", ["FirstName": "J", "OwnerId": .string(sales)])
            }
            fixture.sandbox.salesforce.faults.inject(.serviceUnavailable, matching: race.atWrite(of: "/sobjects/Lead"))
            try await whileRunning(fixture.makeWorker { $0.assignOnCreate = .active }) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1, "the second look is part of the try")
                #expect(event.effects.map { $0["state"].text }.last == "confirmed")
            }
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.map { $0["OwnerId"].string } == [sales])
            #expect(leads.first?["FirstName"].string == "Jane")
        }
    }

    @Test func lostAnswerLeavesOneLead() async throws {
        try await withRule { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "POST", path: "/sobjects/Lead")
            )
            try await whileRunning(fixture.makeWorker { $0.assignOnCreate = .active }) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").map { $0["OwnerId"].string } == [Self.ruleOwner])
        }
    }
}
