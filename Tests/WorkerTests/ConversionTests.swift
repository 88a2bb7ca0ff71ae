import Journal
import Model
import Sandbox
import Testing

@testable import Worker

/// A Lead that is converted between the look-up and the write, in an org that lets this user write to dead records.
@Suite("Conversion in between", .serialized, .timeLimit(.minutes(1)))
struct ConversionTests {
    /// Runs a worker on `told` and converts the Lead after the look-up of the first try, before its write.
    private func convertInBetween(
        of told: NewCallback...,
        batchSize: Int = 200,
        _ verify: (WorkerFixture, _ lead: String, _ contact: String) async throws -> Void
    ) async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.convertedLeadWrites = .dead
        } _: { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example", ["FirstName": "Jane"])
            // The look-up is answered late, with what it saw: meanwhile somebody converts the Lead.
            fixture.sandbox.salesforce.faults.inject(
                .delay(.milliseconds(600)),
                // An opt-out asks for Leads and for Contacts at once.
                next: 2,
                matching: RequestMatcher.satisfying {
                    Self.looksForLeads($0.path, String(decoding: $0.body, as: UTF8.self))
                }
            )
            try await fixture.tell(told)
            var contact = ""
            try await whileRunning(fixture.makeWorker { $0.batchSize = batchSize }) {
                try await fixture.eventually("the look-up") {
                    fixture.sandbox.salesforce.requests.all.contains { Self.looksForLeads($0.path, $0.body) }
                }
                // It is logged when it comes; its answer is made up at once, and held back.
                try await Task.sleep(for: .milliseconds(150))
                contact = try fixture.sandbox.salesforce.convertLead(lead)
                try await fixture.eventuallyDrained()
            }
            try await verify(fixture, lead, contact)
        }
    }

    private static func looksForLeads(_ path: String, _ body: String) -> Bool {
        path.contains("/query") || body.contains("FROM%20Lead")
    }

    @Test(arguments: [200, 1])
    func subscribeOfAConvertedLeadEndsAtItsContact(batchSize: Int) async throws {
        try await convertInBetween(
            of: .wholeSubscribe("c1", "jane@acme.example", name: "Janet Doe"),
            batchSize: batchSize
        ) { fixture, _, contact in
            let event = try #require(try await fixture.event("subscribe"))
            #expect(event.isCompleted() && event.attemptOutcomes == ["retry", "completed"])
            #expect(event.attempts.first?["error_text"].text?.contains("CANNOT_UPDATE_CONVERTED_LEAD") == true)
            #expect(event.effects("lead.upsert").map { $0["state"].text } == ["failed"])
            #expect(fixture.sandbox.salesforce.row(contact) != nil)
        }
    }

    @Test(arguments: [200, 1])
    func tagOfAConvertedLeadIsNotWrittenToADeadRecord(batchSize: Int) async throws {
        try await convertInBetween(
            of: .tag("pricing_page_visited", "c1", "jane@acme.example"),
            batchSize: batchSize
        ) { fixture, _, _ in
            let event = try #require(try await fixture.event("tag_applied"))
            #expect(event.isCompleted("ignored") && event.attemptOutcomes == ["retry", "completed"])
        }
    }

    /// The flag on the dead Lead would be verified, and the Contact mailed.
    @Test func optOutOfAConvertedLeadReachesItsContact() async throws {
        try await convertInBetween(of: .unsubscribe("c1", "jane@acme.example")) { fixture, _, contact in
            #expect(fixture.isOptedOut(contact))
            let event = try #require(try await fixture.event("unsubscribe"))
            #expect(event.isCompleted() && event.attemptOutcomes == ["retry", "completed"])
            #expect(event.effects("optout.contact").allSatisfy { $0["verified_at"].integer != nil })
        }
    }

    @Test func crowdIsCheckedInTheCallThatWritesIt() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.convertedLeadWrites = .dead
        } _: { fixture in
            for number in 1...30 { try fixture.insertLead("c\(number)", "p\(number)@acme.example") }
            fixture.sandbox.salesforce.faults.inject(
                .delay(.milliseconds(600)),
                next: 1,
                matching: RequestMatcher(method: "POST", path: "/composite")
            )
            let worker = fixture.makeWorker {
                $0.concurrency = 100
                $0.batchLinger = .milliseconds(200)
            }
            try await fixture.tell((1...30).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
            try await whileRunning(worker) {
                try await fixture.eventually("the look-up") { !fixture.requests("POST", "/composite").isEmpty }
                try await Task.sleep(for: .milliseconds(150))
                let lead = try #require(fixture.lead("c7"))
                _ = try fixture.sandbox.salesforce.convertLead(lead.id)
                try await fixture.eventuallyDrained()
            }
            let events = try await fixture.events()
            #expect(events.allSatisfy { $0.isCompleted() })
            #expect(events.filter { $0.attempt == 2 }.map(\.contactID) == ["c7"])
            // Two look-ups and one write with its check; nothing was asked row by row.
            let calls = fixture.sandbox.salesforce.requests.all.filter { !$0.path.contains("oauth") }.count
            #expect(calls <= 6, "\(calls)")
        }
    }
}
