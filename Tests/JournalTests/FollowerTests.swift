import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("Events that are carried out together", .timeLimit(.minutes(1)))
struct FollowerTests {
    private func told(_ fixture: JournalFixture, _ number: Int) async throws {
        for index in 0..<number {
            try await fixture.tell(.sample(.open, contactID: "c1", content: "o\(index)"))
        }
    }

    private func endings(_ events: [ClaimedEvent]) -> [FollowerEnding] {
        events.map { FollowerEnding(event: $0, outcome: "applied") }
    }

    @Test func eachGetsATryOfItsOwnInOneCommit() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 3)
        let head = try await fixture.claimOne()
        let followers = try await fixture.reader.followers(of: head, limit: 10)
        #expect(followers.map(\.ticket.eventID) == [2, 3])
        #expect(try await fixture.integers("SELECT count(*) FROM event WHERE state = 'running'") == [1])
        let completed = try await fixture.journal.conclude(
            head.ticket,
            with: .completed(outcome: "applied"),
            followers: endings(followers)
        )
        #expect(completed == 2)
        let rows = try await fixture.rows("SELECT event_id, claim, number, worker, outcome FROM attempt ORDER BY id")
        #expect(
            rows.map(\.cells)
                == (1...3).map { [.integer($0), .integer(1), .integer(1), .text("w1"), .text("completed")] }
        )
        #expect(try await fixture.integers("SELECT DISTINCT attempt FROM event WHERE state = 'completed'") == [1])
    }

    @Test func oneThatWasTriedBeforeAndWhatComesAfterItAreLeftAlone() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 4)
        try await fixture.execute("UPDATE event SET claim = 1 WHERE id = 3")
        let head = try await fixture.claimOne()
        #expect(try await fixture.reader.followers(of: head, limit: 10).map(\.ticket.eventID) == [2])
        #expect(try await fixture.reader.followers(of: head, limit: 0).isEmpty)
    }

    /// It was told while the event was in hand already: together they would be applied in the wrong order.
    @Test func nothingFollowsWhileAnEarlierOneWaits() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 1)
        let head = try await fixture.claimOne()
        try await fixture.tell(.sample(.open, contactID: "c1", at: fixture.now.advanced(by: .seconds(-60))))
        #expect(try await fixture.reader.followers(of: head, limit: 10).isEmpty)
        fixture.time.advance(by: .seconds(1))
        try await fixture.tell(.sample(.open, contactID: "c1"))
        #expect(try await fixture.reader.followers(of: head, limit: 10).isEmpty)
    }

    @Test func earlierOneThatCameInBetweenGoesFirst() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 2)
        let head = try await fixture.claimOne()
        let followers = try await fixture.reader.followers(of: head, limit: 10)
        try await fixture.tell(.sample(.open, content: "late", at: fixture.now.advanced(by: .seconds(-60))))
        let completed = try await fixture.journal.conclude(
            head.ticket,
            with: .completed(outcome: "applied"),
            followers: endings(followers)
        )
        #expect(completed == 0)
        #expect(try await fixture.claimOne().ticket.eventID == 3)
        #expect(try await fixture.state(of: 2) == "available")
    }

    /// What comes before its own try may write over what was written for it.
    @Test func updateForOneThatIsLeftToItsOwnTryIsSentOnceMore() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 2)
        let head = try await fixture.claimOne()
        let follower = try #require(try await fixture.reader.followers(of: head, limit: 10).first)
        func update(_ record: String) -> EffectIntent {
            EffectIntent(kind: .leadUpdate, object: .lead, target: .record(id: record), fields: ["Rating": "Hot"])
        }
        let task = EffectIntent(kind: .taskCreate, object: .task, target: .new, fields: ["Subject": "x"])
        let begun = try await fixture.journal.beginEffects(
            [
                SharedIntent(intent: update("00Q1"), event: head, followers: [follower]),
                SharedIntent(intent: update("00Q2"), event: follower),
                SharedIntent(intent: task, event: follower),
            ],
            under: head.ticket,
            mappingVersion: "1",
            onlyNew: true
        )
        try await fixture.tell(.sample(.open, content: "late", at: fixture.now.advanced(by: .seconds(-60))))
        let completed = try await fixture.journal.conclude(
            head.ticket,
            with: .completed(outcome: "applied"),
            results: try #require(begun).map {
                EffectResult(effectID: $0.id, state: .confirmed, verifiedAt: fixture.now)
            },
            followers: endings([follower])
        )
        #expect(completed == 0)
        let states = try await fixture.rows("SELECT state FROM effect ORDER BY id").map(\.cells)
        #expect(states == [[.text("confirmed")], [.text("confirmed")], [.text("confirmed")]])
        // What came in between may have written over it, and over no Task.
        let late = try await fixture.claimOne()
        try await fixture.journal.conclude(late.ticket, with: .completed(outcome: "applied"))
        let own = try await fixture.claimOne()
        #expect(own.ticket.eventID == follower.ticket.eventID)
        let again = try await fixture.journal.beginEffects([update("00Q2"), task], of: own, mappingVersion: "1")
        #expect(again.map(\.isConfirmed) == [false, true])
    }

    @Test func zombieCompletesNeitherItsEventNorTheOthers() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 2)
        let head = try await fixture.claimOne("w1", lease: .seconds(30))
        let followers = try await fixture.reader.followers(of: head, limit: 10)
        fixture.time.advance(by: .seconds(31))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 5) == 1)
        let again = try await fixture.claimOne("w2")
        #expect(again.ticket.eventID == 1)
        await #expect(throws: JournalError.leaseLost(eventID: 1)) {
            try await fixture.journal.conclude(
                head.ticket,
                with: .completed(outcome: "applied"),
                followers: endings(followers)
            )
        }
        #expect(try await fixture.state(of: 2) == "available")
    }

    @Test func sharedEffectThatAnEarlierTryBeganIsNotTakenForThisOne() async throws {
        let fixture = try JournalFixture()
        try await told(fixture, 2)
        let head = try await fixture.claimOne()
        let followers = try await fixture.reader.followers(of: head, limit: 10)
        let intent = EffectIntent(
            kind: .leadUpdate,
            object: .lead,
            target: .record(id: "00Q1"),
            fields: ["Rating": "Hot"]
        )
        let shared = [SharedIntent(intent: intent, event: head, followers: followers)]
        let begun = try await fixture.journal.beginEffects(
            shared,
            under: head.ticket,
            mappingVersion: "1",
            onlyNew: true
        )
        #expect(begun?.count == 1)
        #expect(try await fixture.integers("SELECT event_id FROM effect_event ORDER BY event_id") == [1, 2])
        let again = try await fixture.journal.beginEffects(
            shared,
            under: head.ticket,
            mappingVersion: "1",
            onlyNew: true
        )
        #expect(again == nil)
    }
}
