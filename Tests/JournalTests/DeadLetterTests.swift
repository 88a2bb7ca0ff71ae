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
        #expect(rows == (try await fixture.rows("SELECT * FROM dead_letter ORDER BY died_at, event_id")))
    }

    @Test func eachFilterLeavesOutWhatItDoesNotName() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, email: "ann@x"), .dead(.data, "refused"))
        fixture.time.advance(by: .seconds(1))
        let later = fixture.now
        try await fixture.live(.sample(.click, email: "ann@x"), .dead(.transient, "503"))
        try await fixture.live(.sample(.subscribe, email: "bob@x"), .dead(.lostAnswer, "no answer"))
        func ids(_ filter: DeadLetterFilter) async throws -> [Cell] {
            try await fixture.reader.deadLetters(filter).map { $0["event_id"] }
        }
        #expect(try await ids(DeadLetterFilter()) == [.integer(1), .integer(2), .integer(3)])
        #expect(try await ids(DeadLetterFilter(errorClass: .transient)) == [.integer(2)])
        #expect(try await ids(DeadLetterFilter(action: .subscribe)) == [.integer(1), .integer(3)])
        #expect(try await ids(DeadLetterFilter(person: Person(rawValue: "ann@x"))) == [.integer(1), .integer(2)])
        #expect(try await ids(DeadLetterFilter(since: later)) == [.integer(2), .integer(3)])
        #expect(try await ids(DeadLetterFilter(action: .subscribe, since: later)) == [.integer(3)])
        #expect(try await ids(DeadLetterFilter(errorClass: .quota)) == [])
    }

    /// A page ends within deaths of one moment, and is full of what does not match.
    @Test func pagesLoseAndRepeatNothing() async throws {
        let fixture = try JournalFixture()
        try await fixture.makeDeadLetters(2500)
        var ids: [Cell] = []
        var pages = 0
        var place: DeadLetterPlace? = .start
        while let after = place {
            let page = try await fixture.reader.deadLetterPage(DeadLetterFilter(), after: after)
            ids += page.rows.map { $0["event_id"] }
            place = page.next
            pages += 1
        }
        #expect(pages == 3)
        #expect(ids == (1...2500).map { .integer($0) })
        let last = DeadLetterFilter(person: Person(rawValue: "p2500@x"))
        #expect(try await fixture.reader.deadLetters(last).map { $0["event_id"] } == [.integer(2500)])
    }

    @Test func discardNeedsAReasonThatStays() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.subscribe), .dead(.data, "refused")).events[0]
        try await fixture.journal.discard(told, reason: "a test address")
        let row = try await fixture.row("SELECT state, discard_reason, finalized_at IS NOT NULL FROM event")
        #expect(row.cells == [.text("discarded"), .text("a test address"), .integer(1)])
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.reader.deadLetters() == [])
        await #expect(throws: JournalError.self) {
            try await fixture.execute("UPDATE event SET discard_reason = NULL")
        }
        let decision = try await fixture.row("SELECT event_id, decision, from_state, attempts, reason FROM decision")
        #expect(
            decision.cells == [
                .integer(1), .text("discarded"), .text("dead"), .integer(1), .text("a test address"),
            ]
        )
    }

    @Test func onlyADeadLetterCanBeDiscarded() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let undecodable = try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON.")).events[0]
        for id in [1, 99] {
            await #expect(throws: JournalError.self) { try await fixture.journal.discard(Int64(id), reason: "r") }
        }
        try await fixture.journal.discard(undecodable, reason: "a scanner")
        #expect(try await fixture.state(of: 1) == "available")
        let outcomes = try await fixture.journal.discard(fixture.reader.letters(of: [1, undecodable]), reason: "r")
        #expect(
            outcomes == [
                .refused("It is available; only a dead letter is discarded."),
                .refused("It is discarded; only a dead letter is discarded."),
            ]
        )
    }

    @Test func discardedOptOutStaysOverdueUntilItIsAccepted() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.unsubscribe), .dead(.data, "refused")).events[0]
        try await fixture.live(.sample(.subscribe, email: "b@x"), .dead(.data, "refused"))
        func overdue() async throws -> [Cell] {
            try await fixture.reader.optOutAudit(OptOutQuery(isOverdueOnly: true)).map { $0["event_id"] }
        }
        #expect(try await overdue() == [.integer(told)])
        try await fixture.journal.discard(told, reason: "cannot be written")
        #expect(try await overdue() == [.integer(told)])
        let letters = try await fixture.reader.letters(of: [told, 2])
        let outcomes = try await fixture.journal.accept(letters, reason: "the person is gone")
        #expect(outcomes.first == .done(addedEvents: 0))
        #expect(outcomes.last == .refused("It is no opt-out, so nothing is overdue; discard it instead."))
        #expect(try await overdue() == [])
        #expect(try await fixture.reader.status().optOutsOverdue == 0)
        // Another life takes the acceptance back: the opt-out counts again until it is carried out.
        try await fixture.journal.replay(told)
        #expect(try await fixture.text("SELECT accepted_reason FROM event WHERE id = \(told)") == nil)
        #expect(
            try await fixture.rows("SELECT decision, reason FROM decision ORDER BY id").map(\.cells) == [
                [.text("discarded"), .text("cannot be written")], [.text("accepted"), .text("the person is gone")],
                [.text("replayed"), .null],
            ]
        )
    }

    @Test func decisionsAreAppendOnly() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.subscribe), .dead(.data, "refused")).events[0]
        try await fixture.journal.discard(told, reason: "r")
        for statement in [
            "UPDATE decision SET reason = 'other'", "DELETE FROM decision",
            "INSERT OR REPLACE INTO decision SELECT * FROM decision",
        ] {
            await #expect(throws: JournalError.self, "\(statement)") { try await fixture.execute(statement) }
        }
    }
}

extension JournalFixture {
    /// Dead letters of as many people, ten of each moment, made in SQL: a backlog that no test waits for.
    func makeDeadLetters(_ number: Int) async throws {
        try await execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(number))
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, occurred_at, received_at, payload,
                lane, opt_out, state, available_at, last_error, finalized_at
            )
            SELECT 'k' || i, 'c' || i, 0, 'subscribe', 'getresponse', 'p' || i || '@x', i, i, '{"contact":{}}', 2, 0, 'dead', i,
                'refused', 1000 + i / 10
            FROM n
            """
        )
    }
}
