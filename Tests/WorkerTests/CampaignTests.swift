import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

@Suite("Campaigns", .serialized, .timeLimit(.minutes(2)))
struct CampaignTests {
    /// An org with one campaign that knows Registered and Attended, and rules for the list of the callbacks and a tag.
    private func withCampaign(
        _ change: (inout SandboxConfiguration) -> Void = { _ in },
        _ body: (WorkerFixture, String, EventWorker) async throws -> Void
    ) async throws {
        try await WorkerFixture.withFresh(change) { fixture in
            let campaign = try fixture.sandbox.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            fixture.sandbox.salesforce.addMemberStatus("Registered", to: campaign)
            fixture.sandbox.salesforce.addMemberStatus("Attended", to: campaign, hasResponded: true)
            try await body(fixture, campaign, worker(fixture, campaign))
        }
    }

    private func worker(_ fixture: WorkerFixture, _ campaign: String, concurrency: Int = 4) -> EventWorker {
        fixture.makeWorker {
            $0.concurrency = concurrency
            $0.batchLinger = .milliseconds(concurrency > 100 ? 200 : 5)
            $0.policy.campaigns = [
                CampaignRule(list: "p86zQ", campaign: campaign),
                CampaignRule(tag: "webinar_attended", campaign: campaign, status: "Attended"),
            ]
        }
    }

    private func members(_ fixture: WorkerFixture) -> [SalesforceRow] {
        fixture.sandbox.salesforce.rows("CampaignMember")
    }

    @Test func registrationMakesTheLeadAMember() async throws {
        try await withCampaign { fixture, campaign, worker in
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
            }
            let member = try #require(members(fixture).first)
            #expect(members(fixture).count == 1)
            #expect(member["CampaignId"].string == campaign)
            #expect(member["LeadId"].string == fixture.lead("c1")?.id)
            #expect(member["Status"].string == "Registered")
            let effects = try #require(try await fixture.event("subscribe")).effects("member.upsert")
            #expect(effects.map { $0["state"].text } == ["confirmed"])
            #expect(effects.map { $0["record_id"].text } == [member.id])
        }
    }

    /// Attended, and Registered told late or again: the status stays.
    @Test func statusMovesOnAndNeverBack() async throws {
        try await withCampaign { fixture, _, worker in
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.tag("webinar_attended", "c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                #expect(members(fixture).map { $0["Status"].string } == ["Attended"])
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example", name: "Jane A. Doe"))
                try await fixture.eventuallyDrained()
            }
            #expect(members(fixture).map { $0["Status"].string } == ["Attended"])
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() })
        }
    }

    @Test func eventsOfOnePersonTakenTogetherAreOneMember() async throws {
        try await withCampaign { fixture, _, worker in
            try await fixture.tell(
                .wholeSubscribe("c1", "jane@acme.example"),
                .tag("webinar_attended", "c1", "jane@acme.example")
            )
            try await whileRunning(worker) { try await fixture.eventuallyDrained() }
            #expect(members(fixture).map { $0["Status"].string } == ["Attended"])
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() })
        }
    }

    /// A Lead can't join once it is converted, and its old membership has the Contact beside it.
    @Test func convertedLeadIsFoundByItsOldMembershipOrJoinsAsContact() async throws {
        try await withCampaign { fixture, campaign, worker in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            try fixture.sandbox.salesforce.insert(
                "CampaignMember",
                ["CampaignId": .string(campaign), "LeadId": .string(lead), "Status": "Registered"]
            )
            _ = try fixture.sandbox.salesforce.convertLead(lead)
            let other = try fixture.insertLead("c2", "john@acme.example")
            let contact = try fixture.sandbox.salesforce.convertLead(other)
            try await whileRunning(worker) {
                try await fixture.tell(
                    .tag("webinar_attended", "c1", "jane@acme.example"),
                    .wholeSubscribe("c2", "john@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(members(fixture).count == 2)
            let old = try #require(members(fixture).first { $0["LeadId"].string == lead })
            #expect(old["Status"].string == "Attended")
            let new = try #require(members(fixture).first { $0["ContactId"].string == contact })
            #expect(new["LeadId"].string == nil && new["Status"].string == "Registered")
        }
    }

    /// A flow of the org was quicker: the create is refused, and the member looked up and moved on.
    @Test func memberMadeBySomebodyElseMeanwhileIsMovedOn() async throws {
        try await withCampaign { fixture, campaign, worker in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.milliseconds(700)),
                matching: RequestMatcher(method: "PATCH", path: "Lead")
            )
            var member = ""
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("a Lead") { fixture.lead("c1") != nil }
                member = try fixture.sandbox.salesforce.insert(
                    "CampaignMember",
                    [
                        "CampaignId": .string(campaign), "LeadId": .string(fixture.lead("c1")?.id ?? ""),
                        "Status": "Sent",
                    ]
                )
                try await fixture.eventuallyDrained()
            }
            #expect(!fixture.requests("POST", "/sobjects/CampaignMember").isEmpty)
            #expect(members(fixture).map(\.id) == [member])
            #expect(members(fixture).map { $0["Status"].string } == ["Registered"])
        }
    }

    @Test func answerLostAfterTheMemberWasMadeMakesNoSecond() async throws {
        try await withCampaign { fixture, _, worker in
            try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: RequestMatcher(method: "POST", path: "/sobjects/CampaignMember")
            )
            try await whileRunning(worker) {
                try await fixture.tell(.tag("webinar_attended", "c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
            }
            #expect(members(fixture).count == 1)
            let event = try #require(try await fixture.event("tag_applied"))
            #expect(event.isCompleted() && event.attempt == 2)
            #expect(event.effects("member.upsert").map { $0["state"].text } == ["confirmed"])
        }
    }

    /// The Lead is written at once; only the membership waits, and for its own campaign alone.
    @Test func missingStatusHoldsUpTheMembershipUntilItIsAdded() async throws {
        try await WorkerFixture.withFresh { fixture in
            let campaign = try fixture.sandbox.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            try await whileRunning(worker(fixture, campaign)) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("paused") {
                    try await fixture.pauses() == ["salesforce.CampaignMember.\(campaign)"]
                }
                #expect(fixture.lead("c1") != nil)
                #expect(members(fixture).isEmpty)
                let held = try await fixture.eventually("subscribe") { $0.state == "snoozed" }
                #expect(held.attempt == 0)
                #expect(held.lastError?.contains("has no member status “Registered”") == true)
                fixture.sandbox.salesforce.addMemberStatus("Registered", to: campaign)
                try await fixture.eventually("subscribe")
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(members(fixture).map { $0["Status"].string } == ["Registered"])
        }
    }

    @Test func crowdIsEnrolledInFewCalls() async throws {
        try await withCampaign { fixture, campaign, _ in
            try await whileRunning(worker(fixture, campaign, concurrency: 400)) {
                try await fixture.tell((1...400).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            #expect(members(fixture).count == 400)
            #expect(Set(members(fixture).compactMap { $0["LeadId"].string }).count == 400)
            let calls = fixture.sandbox.salesforce.requests.all.count
            #expect(calls <= 30, "\(calls)")
        }
    }

    @Test func memberIsKeptOfAPersonWhoOptedOut() async throws {
        try await withCampaign { fixture, _, worker in
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventuallyDrained()
            }
            #expect(members(fixture).count == 1)
            #expect(fixture.isOptedOut(try #require(fixture.lead("c1")).id))
        }
    }
}
