import Foundation
import Model
import Testing

@testable import Journal

@Suite("From callbacks to events", .timeLimit(.minutes(1)))
struct DecodingTests {
    @Test func elementBecomesAnEventWithAllItsColumns() async throws {
        let fixture = try JournalFixture()
        let event = DecodedElement.sample(
            .unsubscribe,
            email: " Ann@Example.COM ",
            contactID: "c1",
            listID: "L",
            reason: "unsubscribe",
            at: fixture.now.advanced(by: .seconds(-5))
        )
        let told = try await fixture.tell(event, source: .zapier)
        #expect(told.added == 1)
        #expect(told.duplicates == 0)
        let row = try await fixture.row(
            """
            SELECT idempotency_key, action, source, person, previous_person, contact_id, list_id, occurred_at, received_at,
                lane, opt_out, state, claim, attempt, redrive, available_at, waits_for, finalized_at
            FROM event
            """
        )
        let now = fixture.now.milliseconds
        #expect(
            row.cells == [
                .text("callback:1:0"), .text("unsubscribe"), .text("zapier"), .text("ann@example.com"), .null,
                .text("c1"), .text("L"), .integer(now - 5000), .integer(now), .integer(0), .integer(1),
                .text("available"), .integer(0), .integer(0), .integer(0), .integer(now), .null, .null,
            ]
        )
        #expect(try await fixture.text("SELECT state FROM callback") == "decoded")
        #expect(try await fixture.reader.undecodedCallbacks(limit: 10).isEmpty)
        let claimed = try await fixture.claimOne()
        #expect(claimed.payload == event.event.payload)
        #expect(claimed.idempotencyKey == "callback:1:0")
        #expect(claimed.isOptOut)
        #expect(claimed.attempt == 1)
    }

    @Test func timeOfAnEventIsNeverLaterThanItsReceipt() async throws {
        let fixture = try JournalFixture()
        let now = fixture.now
        let told = try await fixture.tell(
            .sample(.open, at: now.advanced(by: .seconds(60))),
            .sample(.open, position: 1, createdOn: now.advanced(by: .seconds(-60))),
            .sample(.subscribe, position: 2, createdOn: now.advanced(by: .seconds(-60))),
            .sample(
                .subscribe,
                position: 3,
                at: now.advanced(by: .seconds(-9)),
                createdOn: now.advanced(by: .seconds(-60))
            )
        )
        #expect(told.events.count == 4)
        let times = try await fixture.integers("SELECT occurred_at FROM event ORDER BY id")
        #expect(times.map { $0 - now.milliseconds } == [0, 0, -60_000, -9000])
    }

    @Test func undecodableElementIsADeadLetterWithItsReason() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(
            .sample(.unknown, email: nil, failure: "The body is no JSON."),
            isMalformed: true
        )
        let row = try await fixture.row("SELECT state, last_error, finalized_at, person FROM event")
        #expect(
            row.cells == [
                .text("dead"), .text("The body is no JSON."), .integer(fixture.now.milliseconds), .null,
            ]
        )
        #expect(try await fixture.text("SELECT state FROM callback") == "malformed", "what ingest said of it stays")
        #expect(try await fixture.reader.undecodedCallbacks(limit: 10).isEmpty)
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.reader.deadLetters().map { $0["event_id"] } == [.integer(told.events[0])])
    }

    @Test func eventOfNobodyIsADeadLetterAndHoldsNothingUp() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(
            .sample(.open, email: nil, contactID: nil),
            .sample(.open, email: "ann@example.com", position: 1)
        )
        #expect(told.added == 2)
        #expect(try await fixture.state(of: told.events[0]) == "dead")
        #expect(try await fixture.text("SELECT last_error FROM event WHERE state = 'dead'")?.contains("open") == true)
        #expect(try await fixture.claim().map(\.ticket.eventID) == [told.events[1]])
    }

    @Test func personIsLookedUpByContactID() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, email: nil, contactID: "c1"))
        try await fixture.tell(.sample(.subscribe, email: "Ann@example.com", contactID: "c1"))
        try await fixture.tell(.sample(.open, email: nil, contactID: "c1"))
        try await fixture.tell(.sample(.emailChanged, email: "contact:ann@new.example", contactID: "c1"))
        try await fixture.tell(.sample(.open, email: nil, contactID: "c1"))
        try await fixture.tell(.sample(.open, email: nil, contactID: "c2"))
        let people = try await fixture.rows("SELECT person FROM event ORDER BY id").map(\.cells[0])
        #expect(
            people == [
                .text("contact:c1"), .text("ann@example.com"), .text("ann@example.com"),
                .text("contact:ann@new.example"),
                .text("contact:ann@new.example"), .text("contact:c2"),
            ]
        )
    }

    @Test func twoWorkersRacingDecodeEachCallbackOnce() async throws {
        let fixture = try JournalFixture()
        let other = try fixture.openAnother()
        _ = try await fixture.journal.append((0..<40).map { .sample("\($0)") })
        let decoded = try await fixture.reader.undecodedCallbacks(limit: 40).map {
            DecodedCallback(callback: $0, elements: [.sample(.unsubscribe), .sample(.open, position: 1)])
        }
        let added = try await withThrowingTaskGroup(of: Int.self) { group in
            for start in stride(from: 0, to: 40, by: 4) {
                for journal in [fixture.journal, other] {
                    group.addTask {
                        try await journal.record(Array(decoded[start...]), duplicateWindow: .seconds(600)).added
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(added == 80)
        #expect(try await fixture.count("event") == 80)
        #expect(try await fixture.integers("SELECT callback_id FROM delivery WHERE duplicate = 1") == [])
        let order = try await fixture.integers("SELECT callback_id FROM delivery ORDER BY event_id")
        #expect(order == order.sorted(), "in the order of their ids")
        #expect(try await fixture.consentChainFaults() == [])
    }

    @Test func gapIsWaitedFor() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample(), .sample(), .sample()])
        let decoded = try await fixture.reader.undecodedCallbacks(limit: 3).map {
            DecodedCallback(callback: $0, elements: [.sample(.open)])
        }
        #expect(try await fixture.journal.record([decoded[1], decoded[2]], duplicateWindow: .seconds(600)).added == 0)
        #expect(try await fixture.journal.record([decoded[0], decoded[2]], duplicateWindow: .seconds(600)).added == 1)
        #expect(try await fixture.reader.undecodedCallbacks(limit: 3).map(\.id) == [2, 3])
        #expect(try await fixture.integers("SELECT id FROM callback WHERE state = 'decoded'") == [1])
    }
}
