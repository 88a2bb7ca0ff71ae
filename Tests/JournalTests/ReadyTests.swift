import Model
import TestSupport
import Testing
import Time

@testable import Journal

/// `ready` is derived: whoever writes `event`, by whatever statement, a claim finds what may run.
@Suite("The candidates of a claim", .timeLimit(.minutes(1)))
struct ReadyTests {
    @Test func lanesRankPeople() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, email: "ann@example.com", lane: .bulk))
        try await fixture.tell(.sample(.subscribe, email: "bob@example.com", lane: .lead))
        try await fixture.tell(.sample(.tagApplied, email: "ann@example.com", lane: .signal))
        // Ann's tag must wait for her history, so her history goes before Bob.
        #expect(try await fixture.claim(limit: 1).map(\.ticket.eventID) == [1])
        let first = try #require(try await fixture.rows("SELECT claim FROM event WHERE id = 1").first)
        #expect(first.cells == [.integer(1)])
        #expect(try await fixture.claim(limit: 1).map(\.ticket.eventID) == [2], "Ann is busy")
    }

    @Test func rankIsHandedOnUntilTheUrgentOneIsDone() async throws {
        let fixture = try JournalFixture()
        for number in 0..<60 {
            try await fixture.tell(.sample(.open, email: "ann@example.com", lane: .bulk, content: "o\(number)"))
        }
        try await fixture.tell(.sample(.open, email: "bob@example.com", lane: .lead))
        try await fixture.tell(.sample(.tagApplied, email: "ann@example.com", lane: .signal))
        for id in Array(1...60) + [62] as [Int64] {
            let event = try #require(try await fixture.claim(limit: 1).first)
            #expect(event.ticket.eventID == id)
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        }
        #expect(try await fixture.claim().map(\.ticket.eventID) == [61])
    }

    @Test func nothingButComplianceGetsItsRank() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, email: "ann@example.com", lane: .bulk))
        try await fixture.tell(.sample(.removed, email: "ann@example.com", lane: .compliance))
        #expect(try await fixture.claim(lanes: .compliance ... .compliance).isEmpty, "it waits for the history")
        #expect(try await fixture.claim(lanes: .signal ... .signal).map(\.ticket.eventID) == [1])
    }

    @Test func laneThatWaitedTooLongTakesTurns() async throws {
        let fixture = try JournalFixture()
        for number in 0..<20 {
            try await fixture.tell(.sample(.open, email: "old\(number)@example.com", lane: .bulk))
        }
        fixture.time.advance(by: .seconds(600))
        for number in 0..<40 {
            try await fixture.tell(.sample(.tagApplied, email: "new\(number)@example.com", lane: .signal))
        }
        let patient = LaneRota(patience: .seconds(601))
        #expect(try await fixture.claim(limit: 9, rota: patient).allSatisfy { $0.lane == .signal })
        let weights: [Lane: Int] = [.signal: 8, .bulk: 1]
        let claimed = try await fixture.claim(limit: 18, rota: LaneRota(weights: weights, patience: .seconds(600)))
        #expect(claimed.count { $0.lane == .bulk } == 2)
        #expect(claimed.filter { $0.lane == .bulk }.map(\.ticket.eventID) == [1, 2], "the oldest first")
    }

    @Test func contactThatTwoPeopleNameHoldsBoth() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, email: "ann@example.com", contactID: "c1"))
        try await fixture.tell(.sample(.open, email: "new@example.com", contactID: "c1"))
        #expect(try await fixture.integers("SELECT contact_shared FROM event ORDER BY id") == [1, 1])
        let event = try await fixture.claimOne()
        #expect(event.ticket.eventID == 1)
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.claimOne().ticket.eventID == 2)
    }

    @Test func personOfAnEventMayChangeByHand() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, email: "ann@example.com"))
        try await fixture.tell(.sample(.open, email: "ann@example.com", content: "2"))
        try await fixture.execute("UPDATE event SET person = 'bob@example.com' WHERE id = 1")
        #expect(try await fixture.claim().map(\.ticket.eventID) == [1, 2])
    }

    @Test func eventThatIsMadeByHandIsFound() async throws {
        let fixture = try JournalFixture()
        try await fixture.execute(
            """
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, occurred_at, received_at, payload,
                lane, opt_out, state, available_at
            ) VALUES ('k', 'c', 0, 'open', 'getresponse', 'ann@example.com', 0, 0, '{"contact":{}}', 3, 0, 'available', 0)
            """
        )
        #expect(try await fixture.claim().map(\.ticket.eventID) == [1])
        try await fixture.execute(
            """
            UPDATE event SET state = 'available', lease_owner = NULL, lease_until = NULL WHERE id = 1
            """
        )
        #expect(try await fixture.claim().map(\.ticket.eventID) == [1])
    }

    @Test func candidateThatBecameHeldComesBackWhenItIsFree() async throws {
        let fixture = try JournalFixture()
        let now = fixture.now
        try await fixture.tell(.sample(.open, at: now))
        // Earlier ones come later, and the candidate has to wait for them.
        for second in 1...5 {
            try await fixture.tell(.sample(.open, content: "\(second)", at: now.advanced(by: .seconds(-second))))
        }
        var order: [Int64] = []
        while let event = try await fixture.claim().first {
            order.append(event.ticket.eventID)
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        }
        #expect(order == [6, 5, 4, 3, 2, 1])
        #expect(try await fixture.count("ready") == 0)
    }

    /// A thousand events of one person cost a claim no more steps than one does.
    @Test func claimDoesNotWalkPastTheHeld() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, email: "busy@example.com"))
        let running = try await fixture.claimOne()
        try await fixture.execute(
            """
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, occurred_at, received_at, payload,
                lane, opt_out, state, available_at
            )
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            SELECT 'k' || i, 'c' || i, 0, 'open', 'getresponse', 'busy@example.com', i, i, '{"contact":{}}', 3, 0,
                'available', i FROM n
            """
        )
        try await fixture.tell(.sample(.open, email: "ann@example.com"))
        #expect(try await fixture.count("ready") == 1, "of the busy person nothing is a candidate")
        #expect(try await fixture.claim().map(\.person?.rawValue) == ["ann@example.com"])
        try await fixture.journal.conclude(running.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.claim().map(\.ticket.eventID) == [2], "then only the first of them")
    }
}
