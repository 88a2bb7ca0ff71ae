import Foundation
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Dead letters", .timeLimit(.minutes(1)))
struct DeadLetterTests {
    @Test func listSaysWhatAPersonNeeds() async throws {
        let fixture = try JournalFixture()
        let received = fixture.now
        try await fixture.tell(.sample(.subscribe, email: "ann@example.com"))
        let first = try await fixture.claimOne()
        try await fixture.journal.conclude(first.ticket, with: .retry(at: fixture.now, .transient, "503"))
        fixture.time.advance(by: .seconds(4))
        let second = try await fixture.claimOne()
        try await fixture.journal.conclude(second.ticket, with: .dead(.data, "INVALID_EMAIL_ADDRESS"))
        fixture.time.advance(by: .seconds(1))
        try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON."), isMalformed: true)
        let rows = try await fixture.reader.deadLetters()
        #expect(rows.count == 2)
        #expect(
            rows[0].columns == [
                "event_id", "action", "person", "source", "error_class", "last_error", "attempts", "occurred_at",
                "received_at", "died_at", "callback_id",
            ]
        )
        let start = received.milliseconds
        #expect(
            rows[0].cells == [
                .integer(1), .text("subscribe"), .text("ann@example.com"), .text("getresponse"), .text("data"),
                .text("INVALID_EMAIL_ADDRESS"), .integer(2), .integer(start), .integer(start), .integer(start + 4000),
                .integer(1),
            ]
        )
        #expect(rows[1]["error_class"] == .text("data"))
        #expect(rows[1]["last_error"] == .text("No JSON."))
        #expect(rows[1]["callback_id"] == .integer(2))
        #expect(try await fixture.reader.deadLetters(limit: 1) == [rows[0]])
    }

    @Test func replayGivesAFreshLifeAndKeepsTheHistory() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        fixture.time.advance(by: .seconds(60))
        try await fixture.journal.replay(told)
        let row = try await fixture.row("SELECT state, attempt, finalized_at, available_at, claim, redrive FROM event")
        #expect(
            row.cells == [
                .text("available"), .integer(0), .null, .integer(fixture.now.milliseconds), .integer(1), .integer(0),
            ]
        )
        let event = try await fixture.claimOne()
        #expect(event.attempt == 1)
        #expect(event.ticket.claim == 2)
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.count("attempt") == 2)
        #expect(try await fixture.reader.deadLetters() == [])
    }

    @Test func discardNeedsAReasonThatStays() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        try await fixture.journal.discard(told, reason: "a test address")
        let row = try await fixture.row("SELECT state, discard_reason, finalized_at IS NOT NULL FROM event")
        #expect(row.cells == [.text("discarded"), .text("a test address"), .integer(1)])
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.reader.deadLetters() == [])
        await #expect(throws: JournalError.self) {
            try await fixture.execute("UPDATE event SET discard_reason = NULL")
        }
    }

    @Test func onlyADeadLetterCanBeReplayedOrDiscarded() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let undecodable = try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON.")).events[0]
        for id in [1, 99] {
            await #expect(throws: JournalError.self) { try await fixture.journal.replay(Int64(id)) }
            await #expect(throws: JournalError.self) { try await fixture.journal.discard(Int64(id), reason: "r") }
        }
        await #expect(throws: JournalError.self, "it has nothing that could run") {
            try await fixture.journal.replay(undecodable)
        }
        try await fixture.journal.discard(undecodable, reason: "a scanner")
        #expect(try await fixture.state(of: 1) == "available")
    }

    @Test func detailsHoldTheWholeStory() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, identity: .delivery(id: "w", position: 0)))
        try await fixture.tell(.sample(.subscribe, identity: .delivery(id: "w", position: 0)))
        let event = try await fixture.claimOne()
        let intent = EffectIntent(kind: .leadUpsert, object: .lead, target: .new, fields: ["City": "Łódź"])
        _ = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused"))
        let sections = try await fixture.reader.eventDetails(1)
        #expect(sections.map(\.section) == ["event", "callback", "attempt", "effect"])
        #expect(sections.map(\.rows.count) == [1, 2, 1, 1])
        #expect(sections[1].rows.map { $0["duplicate"] } == [.integer(0), .integer(1)])
        #expect(sections[1].rows.map { $0["body"] } == [.text("{}"), .text("{}")])
        #expect(sections[3].rows[0]["fields"] == .text(#"{"City":"Łódź"}"#))
        await #expect(throws: JournalError.notFound("event 99")) { _ = try await fixture.reader.eventDetails(99) }
    }

    /// A body that is no text must not make the command fail on just the event that a person wants to see.
    @Test func detailsShowABodyThatIsNoText() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([
            NewCallback(
                receivedAt: fixture.now,
                source: .getresponse,
                method: "POST",
                body: Data([0x7B, 0xFF, 0xC3, 0x00, 0x7D])
            )
        ])
        let waiting = try await fixture.reader.undecodedCallbacks(limit: 1)
        _ = try await fixture.journal.record(
            [DecodedCallback(callback: waiting[0], elements: [.sample(.unknown, email: nil, failure: "No text.")])],
            duplicateWindow: .seconds(600)
        )
        let sections = try await fixture.reader.eventDetails(1)
        guard case .text(let body) = sections[1].rows[0]["body"] else {
            Issue.record("no body is shown")
            return
        }
        #expect(body.hasPrefix("{"))
    }

    private func dead(_ fixture: JournalFixture) async throws -> Int64 {
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused"))
        return event.ticket.eventID
    }
}
