import Foundation
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The details of an event", .timeLimit(.minutes(1)))
struct EventDetailsTests {
    @Test func holdTheWholeStoryInOrder() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, identity: .delivery(id: "w", position: 0)))
        try await fixture.tell(.sample(.subscribe, identity: .delivery(id: "w", position: 0)))
        let event = try await fixture.claimOne()
        let intents = ["Łódź", "Kraków"].map { city in
            EffectIntent(
                kind: .leadUpdate,
                object: .lead,
                target: .record(id: city),
                fields: ["City": .string(city)],
                before: ["City": .null]
            )
        }
        let effects = try await fixture.journal.beginEffects(intents, of: event, mappingVersion: "1")
        let results = [
            EffectResult(effectID: effects[0].id, state: .confirmed, statusCode: 204),
            EffectResult(effectID: effects[1].id, state: .failed, statusCode: 400, errorText: "No such city."),
        ]
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused"), results: results)
        try await fixture.journal.discard(1, reason: "a test")
        let sections = try await fixture.reader.eventDetails(1)
        #expect(sections.map(\.section) == ["event", "callback", "attempt", "effect", "request", "decision"])
        #expect(sections.map(\.rows.count) == [1, 2, 1, 2, 0, 1])
        #expect(sections[0].rows[0]["discard_reason"] == .text("a test"))
        #expect(sections[0].rows[0]["lane"] == .text("lead"))
        #expect(sections[1].rows.map { $0["duplicate"] } == [.integer(0), .integer(1)])
        #expect(sections[1].rows.map { $0["body"] } == [.text("{}"), .text("{}")])
        #expect(sections[2].rows[0]["error_text"] == .text("refused"))
        #expect(sections[3].rows.map { $0["fields"] } == [.text(#"{"City":"Łódź"}"#), .text(#"{"City":"Kraków"}"#)])
        #expect(sections[3].rows.map { $0["before"] } == [.text(#"{"City":null}"#), .text(#"{"City":null}"#)])
        #expect(sections[3].rows.map { $0["status_code"] } == [.integer(204), .integer(400)])
        #expect(sections[3].rows.map { $0["error_text"] } == [.null, .text("No such city.")])
        await #expect(throws: JournalError.notFound("event 99")) { _ = try await fixture.reader.eventDetails(99) }
    }

    /// A body that is no text must not make the command fail on just the event that a person wants to see.
    @Test func showABodyThatIsNoText() async throws {
        let fixture = try JournalFixture()
        let body = Data([0x7B, 0xFF, 0xC3, 0x00, 0xC5, 0x82, 0xE2, 0x82, 0x7D])
        _ = try await fixture.journal.append([
            NewCallback(receivedAt: fixture.now, source: .getresponse, method: "POST", body: body)
        ])
        let waiting = try await fixture.reader.undecodedCallbacks(limit: 1)
        _ = try await fixture.journal.record(
            [DecodedCallback(callback: waiting[0], elements: [.sample(.unknown, email: nil, failure: "No text.")])],
            duplicateWindow: .seconds(600)
        )
        let sections = try await fixture.reader.eventDetails(1)
        #expect(sections[1].rows[0]["body"] == .text("{\\xFF\\xC3\0ł\\xE2\\x82}"))
    }

    @Test(arguments: ["pruned", "erased"])
    func sayWhenTheCallbackIsGone(state: String) async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe), .completed(outcome: "applied"))
        try await fixture.execute(
            "UPDATE callback SET state = '\(state)', body = NULL, query = NULL, remote_address = NULL, salt = NULL"
        )
        let callback = try await fixture.reader.eventDetails(1)[1].rows[0]
        #expect(callback["state"] == .text(state))
        #expect(callback["body"] == .null)
    }

    @Test func timelineHasTheDecisions() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe), .dead(.data, "refused"))
        try await fixture.journal.discard(1, reason: "a test")
        let rows = try await fixture.rows("SELECT what, detail FROM contact_timeline WHERE person = 'ann@example.com'")
        #expect(rows.contains { $0.cells == [.text("decision"), .text("discarded: a test")] })
    }

    /// What a person asks for must not walk through a million finished events.
    @Test func statementsUseIndexes() async throws {
        let fixture = try JournalFixture()
        let every = DeadLetterFilter(
            errorClass: .data,
            action: .subscribe,
            person: Person(rawValue: "a@x"),
            since: fixture.now
        )
        let statements =
            [
                DeadLetterFilter().pageSQL, every.pageSQL, JournalReader.lettersSQL, JournalReader.rawOriginSQL,
                EventTable.reviveSQL, RawJudgement.firstTellingSQL,
            ] + JournalReader.detailSections.map(\.sql)
        for sql in statements {
            let plan = try await fixture.steps(of: sql)
            let scans = plan.filter { $0.hasPrefix("SCAN") && !$0.hasPrefix("SCAN (subquery") }
            #expect(scans == [], "\(sql)")
        }
        #expect(try await fixture.steps(of: every.pageSQL).contains { $0.contains("INDEX event_dead (finalized_at>?") })
        let classOfError = try await fixture.steps(of: every.pageSQL).filter { $0.contains("SEARCH a ") }
        #expect(!classOfError.isEmpty)
        #expect(classOfError.allSatisfy { $0.contains("(event_id=?)") })
    }
}
