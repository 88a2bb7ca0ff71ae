import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// Somebody who opted out subscribes again (`sync.resubscribe` = `clear`).
@Suite("Coming back", .serialized, .timeLimit(.minutes(1)))
struct ResubscribeTests {
    private static let jane = "jane@acme.example"

    /// Runs a worker that takes opt-outs back, and lets Jane opt out of a Lead and a Contact.
    private func afterOptOut(
        policy: ResubscribePolicy = .clear,
        before: (WorkerFixture) throws -> Void = { _ in },
        _ body: (_ fixture: WorkerFixture, _ lead: String, _ contact: String) async throws -> Void
    ) async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", Self.jane, ["LastName": "Doe"])
            let contact = try fixture.insertContact(Self.jane)
            try before(fixture)
            try await whileRunning(fixture.makeWorker { $0.policy.resubscribe = policy }) {
                try await fixture.tell(.left("A", "c1", Self.jane, at: "2026-04-22T09:00:00+00:00", webhookID: "out"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                try await body(fixture, lead, contact)
            }
        }
    }

    private func comeBack(
        _ fixture: WorkerFixture,
        origin: String? = "www",
        at time: String = "2026-04-22T10:00:00+00:00"
    ) async throws {
        try await fixture.tell(.joined("A", "c1", Self.jane, origin: origin, at: time, webhookID: "back"))
        try await fixture.eventuallyDrained()
        let event = try await fixture.eventually("subscribe") { $0.state == "completed" }
        #expect(event.attempt == 1)
    }

    @Test func takesBackWhatOnlyWeHadSet() async throws {
        try await afterOptOut { fixture, lead, contact in
            try await comeBack(fixture)
            #expect(!fixture.isOptedOut(lead) && !fixture.isOptedOut(contact))
            let event = try #require(try await fixture.event("subscribe"))
            for kind in ["optin.lead", "optin.contact"] {
                #expect(event.effects(kind).map { $0["fields"].text } == [#"{"HasOptedOutOfEmail":false}"#])
                #expect(event.effects(kind).map { $0["state"].text } == ["confirmed"])
            }
            // What follows finds somebody who is subscribed.
            try await fixture.tell(.joined("B", "c2", Self.jane, at: "2026-04-22T11:00:00+00:00", webhookID: "more"))
            try await fixture.eventuallyDrained()
            #expect(!fixture.isOptedOut(lead) && !fixture.isOptedOut(contact))
            // And who goes again is out again.
            try await fixture.tell(.left("B", "c2", Self.jane, at: "2026-04-22T12:00:00+00:00", webhookID: "again"))
            try await fixture.eventuallyDrained()
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
        }
    }

    @Test func ownWritesInBetweenAreNoForeignChange() async throws {
        try await afterOptOut { fixture, lead, contact in
            try await fixture.tell(
                .open("c1", Self.jane, at: "2026-04-22T09:30:00+00:00", webhookID: "open"),
                .tag("demo_watched", "c1", Self.jane)
            )
            try await fixture.eventuallyDrained()
            #expect(fixture.sandbox.salesforce.row(lead)?["Rating"] == "Hot")
            try await comeBack(fixture)
            #expect(!fixture.isOptedOut(lead) && !fixture.isOptedOut(contact))
        }
    }

    @Test func staysUnlessTheSettingSaysOtherwise() async throws {
        try await afterOptOut(policy: .keep) { fixture, lead, contact in
            try await comeBack(fixture)
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
        }
    }

    @Test(
        "Not by somebody else's doing, and not by something that was before",
        arguments: [
            ("api", "2026-04-22T10:00:00+00:00"), ("www", "2026-04-22T09:00:00+00:00"),
            ("www", "2026-04-22T08:00:00+00:00"),
        ]
    )
    func needsTheirOwnAndLaterSubscribe(origin: String, time: String) async throws {
        try await afterOptOut { fixture, lead, contact in
            try await comeBack(fixture, origin: origin, at: time)
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
        }
    }

    /// The guide's form has a creation date and no time of the event.
    @Test func needsATimeThatTheProviderTold() async throws {
        try await afterOptOut { fixture, lead, contact in
            try await fixture.tell(.subscribe("c1", Self.jane, name: "Jane Doe"))
            try await fixture.eventually("subscribe") { $0.state == "completed" }
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
        }
    }

    @Test func flagThatARepHadSetStays() async throws {
        let set: (WorkerFixture) throws -> Void = { fixture in
            let lead = try #require(fixture.lead("c1")?.id)
            try fixture.sandbox.salesforce.change(lead, ["HasOptedOutOfEmail": true])
        }
        try await afterOptOut(before: set) { fixture, lead, contact in
            try await comeBack(fixture)
            #expect(fixture.isOptedOut(lead), "it was there before we wrote it")
            #expect(!fixture.isOptedOut(contact))
        }
    }

    @Test func recordThatARepChangedSinceKeepsIt() async throws {
        try await afterOptOut { fixture, lead, contact in
            try fixture.sandbox.salesforce.change(lead, ["HasOptedOutOfEmail": false])
            try fixture.sandbox.salesforce.change(lead, ["HasOptedOutOfEmail": true])
            // A write of ours after it hides nothing.
            try await fixture.tell(.tag("demo_watched", "c1", Self.jane))
            try await fixture.eventuallyDrained()
            try await comeBack(fixture)
            #expect(fixture.isOptedOut(lead))
            #expect(!fixture.isOptedOut(contact))
        }
    }

    @Test(arguments: ["complaint", "blacklisted"])
    func whoComplainedStaysOut(reason: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", Self.jane)
            let worker = fixture.makeWorker {
                $0.policy.resubscribe = .clear
                // Also where such a removal is no opt-out.
                $0.policy.optOutReasons = ["unsubscribe"]
            }
            try await whileRunning(worker) {
                try await fixture.tell(
                    .json(
                        #"{"action":"removed","reason":"\#(reason)","contact":{"contactId":"c1","email":"\#(Self.jane)"}}"#
                    )
                )
                try await fixture.tell(.left("A", "c1", Self.jane, at: "2026-04-22T09:00:00+00:00", webhookID: "out"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                try await comeBack(fixture)
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func historyBringsNobodyBack() async throws {
        try await afterOptOut { fixture, lead, contact in
            for source in [Source.backfill, .poll, .reconcile] {
                var callback = NewCallback.joined(
                    "A",
                    "c1",
                    Self.jane,
                    at: "2026-04-22T10:00:00+00:00",
                    webhookID: source.rawValue
                )
                callback.source = source
                try await fixture.tell(callback)
            }
            try await fixture.eventuallyDrained()
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
        }
    }

    /// Told before the opt-out was carried out: both are, in their order, and the end is the later one.
    @Test func optOutIsWrittenBeforeItIsTakenBack() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", Self.jane)
            try await fixture.tell(.left("A", "c1", Self.jane, at: "2026-04-22T09:00:00+00:00", webhookID: "out"))
            try await fixture.tell(.joined("A", "c1", Self.jane, at: "2026-04-22T10:00:00+00:00", webhookID: "back"))
            try await whileRunning(fixture.makeWorker { $0.policy.resubscribe = .clear }) {
                try await fixture.eventuallyDrained()
                try await fixture.eventually("subscribe") { $0.state == "completed" }
            }
            let optOut = try #require(try await fixture.event("unsubscribe"))
            #expect(optOut.isCompleted() && optOut.effects("optout.lead").count == 1)
            #expect(!fixture.isOptedOut(lead))
        }
    }
}
