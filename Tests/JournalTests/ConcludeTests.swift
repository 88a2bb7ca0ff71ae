import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Ending a try", .timeLimit(.minutes(1)))
struct ConcludeTests {
    private static let columns = """
        SELECT state, attempt, available_at - received_at, outcome, last_error, finalized_at - received_at, waits_for,
            claimed_at, lease_owner, lease_until, lease_boot_id, lease_until_boot
        FROM event
        """

    /// State, attempt, seconds to the next try, outcome, error, and whether it is final; always without a lease.
    static let endings: [(EventConclusion, [Cell])] = [
        (
            .completed(outcome: "applied"),
            [.text("completed"), .integer(1), .integer(2000), .text("applied"), .null, .integer(2000)]
        ),
        (
            .retry(at: Timestamp(milliseconds: 30_000), .transient, "503"),
            [.text("retryable"), .integer(1), .integer(30_000), .null, .text("503"), .null]
        ),
        (
            .snoozed(until: Timestamp(milliseconds: 60_000), .quota, "budget"),
            [.text("snoozed"), .integer(0), .integer(60_000), .null, .text("budget"), .null]
        ),
        (
            .dead(.data, "refused"),
            [.text("dead"), .integer(1), .integer(2000), .null, .text("refused"), .integer(2000)]
        ),
        (
            .interrupted,
            [
                .text("available"), .integer(0), .integer(2000), .null, .text("The worker was told to stop."), .null,
            ]
        ),
    ]

    @Test(arguments: endings.indices)
    func columnsFollowTheConclusion(number: Int) async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let start = fixture.now
        let event = try await fixture.claimOne()
        fixture.time.advance(by: .seconds(2))
        let (conclusion, expected) = Self.endings[number]
        try await fixture.journal.conclude(event.ticket, with: conclusion.shifted(to: start))
        #expect(try await fixture.row(Self.columns).cells == expected + Array(repeating: .null, count: 6))
    }

    @Test func everyTryHasOneRowThatIsNeverChanged() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let conclusions: [EventConclusion] = [
            .snoozed(until: fixture.now, .throttled, "429"), .retry(at: fixture.now, .transient, "503"), .interrupted,
            .retry(at: fixture.now, .lostAnswer, "reset"), .completed(outcome: "applied"),
        ]
        for conclusion in conclusions {
            let event = try await fixture.claimOne("w1")
            try await fixture.journal.conclude(event.ticket, with: conclusion)
        }
        let rows = try await fixture.rows("SELECT claim, number, worker, outcome, error_class FROM attempt ORDER BY id")
        #expect(
            rows.map(\.cells) == [
                [.integer(1), .integer(1), .text("w1"), .text("snoozed"), .text("throttled")],
                [.integer(2), .integer(1), .text("w1"), .text("retry"), .text("transient")],
                [.integer(3), .integer(2), .text("w1"), .text("interrupted"), .null],
                [.integer(4), .integer(2), .text("w1"), .text("retry"), .text("lost_answer")],
                [.integer(5), .integer(3), .text("w1"), .text("completed"), .null],
            ]
        )
        for sql in [
            "UPDATE attempt SET outcome = 'completed' WHERE id = 1",
            "DELETE FROM attempt",
            "INSERT OR REPLACE INTO attempt SELECT * FROM attempt WHERE id = 2",
            """
            INSERT OR REPLACE INTO attempt (event_id, claim, number, worker, started_at, finished_at, outcome)
            VALUES (1, 2, 2, 'w', 1, 1, 'completed')
            """,
        ] {
            await #expect(throws: JournalError.self, "\(sql)") { try await fixture.execute(sql) }
        }
        #expect(try await fixture.count("attempt") == 5)
    }

    @Test func lastErrorOfAnEarlierTryStaysReadable() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne()
        try await fixture.journal.conclude(first.ticket, with: .retry(at: fixture.now, .transient, "503"))
        let second = try await fixture.claimOne()
        try await fixture.journal.conclude(second.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.text("SELECT last_error FROM event") == "503")
    }

    @Test func enrichmentIsInsertedWithTheCompletionOnceForAContact() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1", listID: "L"))
        fixture.time.advance(by: .seconds(5))
        for round in 0..<2 {
            if round == 1 { try await fixture.tell(.sample(.subscribe, contactID: "c1", listID: "L")) }
            let event = try await fixture.claimOne()
            try await fixture.journal.conclude(
                event.ticket,
                with: .completed(outcome: "applied"),
                followUp: EnrichFollowUp(contactID: "c1")
            )
        }
        let row = try await fixture.row(
            """
            SELECT action, state, waits_for, person, contact_id, list_id, lane, opt_out, received_at, available_at,
                occurred_at, attempt, claim
            FROM event WHERE action = 'enrich'
            """
        )
        let now = fixture.now.milliseconds
        #expect(
            row.cells == [
                .text("enrich"), .text("snoozed"), .text("profile"), .text("ann@example.com"), .text("c1"), .text("L"),
                .integer(2), .integer(0), .integer(now), .integer(now), .integer(now - 5000), .integer(0), .integer(0),
            ]
        )
        #expect(try await fixture.claim().isEmpty, "it waits for the profile, whatever the clock says")
        #expect(try await fixture.count("consent_change") == 2, "it writes no consent")
    }

    /// The contact id may come from the search and not from the callback; without one the follow-up would never be due.
    @Test func enrichmentAsksForTheContactItIsGiven() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: nil))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c9")
        )
        #expect(try await fixture.reader.dueProfileRequests(limit: 5).map(\.contactID) == ["c9"])
    }

    @Test func requestsAreCountedToTheTryThatSpentThem() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        for used in [2, 0, 1] {
            let event = try await fixture.claimOne()
            for _ in 0..<used {
                try await fixture.execute(
                    """
                    INSERT INTO api_request (purpose, granted_at, boot_id, granted_boot, worker, event_id)
                    VALUES ('contact', 1, 'b', 1, 'w', 1)
                    """
                )
            }
            try await fixture.journal.conclude(event.ticket, with: .retry(at: fixture.now, .transient, "503"))
        }
        #expect(try await fixture.integers("SELECT requests_used FROM attempt ORDER BY id") == [2, 0, 1])
    }
}

extension EventConclusion {
    /// The same with its time counted from `start`.
    fileprivate func shifted(to start: Timestamp) -> EventConclusion {
        switch self {
        case .retry(let time, let errorClass, let text):
            .retry(at: start.advanced(by: .milliseconds(time.milliseconds)), errorClass, text)
        case .snoozed(let time, let errorClass, let text):
            .snoozed(until: start.advanced(by: .milliseconds(time.milliseconds)), errorClass, text)
        default: self
        }
    }
}
