import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("Leases and rescue", .timeLimit(.minutes(1)))
struct LeaseTests {
    private static let expiredLease = Duration.milliseconds(60_001)

    @Test func renewalProlongs() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe), .sample(.subscribe, email: "bob@example.com", position: 1))
        let events = try await fixture.claim()
        fixture.time.advance(by: .seconds(40))
        let renewed = try await fixture.journal.renewLeases([events[0].ticket], leaseDuration: .seconds(60))
        #expect(renewed == [events[0].ticket.eventID: fixture.time.read().boot + 60_000])
        fixture.time.advance(by: .seconds(21))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 1)
        #expect(try await fixture.state(of: events[0].ticket.eventID) == "running")
        #expect(try await fixture.state(of: events[1].ticket.eventID) == "available")
        let both = try await fixture.journal.renewLeases(events.map(\.ticket), leaseDuration: .seconds(60))
        #expect(Set(both.keys) == [events[0].ticket.eventID], "what was taken over is missing")
    }

    @Test func leaseThatRanOutIsClaimedAgain() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne("w1", lease: .seconds(60))
        fixture.time.advance(by: .seconds(60))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 0, "it lasts to its end")
        fixture.time.advance(by: .milliseconds(1))
        #expect(try await fixture.reader.hasLostLeases(deadOwners: []))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 1)
        #expect(try await fixture.reader.hasLostLeases(deadOwners: []) == false)
        #expect(
            try await fixture.text("SELECT error_text FROM attempt")?.hasPrefix("The worker lost its lease") == true
        )
        let second = try await fixture.claimOne("w2")
        #expect(second.ticket.claim == first.ticket.claim + 1)
        #expect(second.attempt == 2, "a lost try is charged")
    }

    @Test(arguments: [-7200, 7200])
    func jumpOfTheWallClockChangesNothingWithinABoot(seconds: Int) async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        _ = try await fixture.claimOne()
        fixture.time.jumpWall(by: .seconds(seconds))
        fixture.time.advance(by: .seconds(59))
        #expect(try await fixture.reader.hasLostLeases(deadOwners: []) == false)
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 0)
        fixture.time.advance(by: .seconds(2))
        #expect(try await fixture.reader.hasLostLeases(deadOwners: []))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 1)
    }

    @Test func afterARebootTheLeaseCountsByWallTime() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        _ = try await fixture.claimOne()
        fixture.time.reboot(bootID: "boot-2")
        fixture.time.advance(by: .seconds(59))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 0)
        fixture.time.advance(by: .seconds(2))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 1)
    }

    @Test func deadOwnerIsRescuedAtOnceAndLeavesALostAttempt() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(
            .sample(.subscribe),
            .sample(.subscribe, email: "bob@example.com", position: 1),
            .sample(.subscribe, email: "cid@example.com", position: 2)
        )
        let dying = try await fixture.claim("dying", limit: 2)
        _ = try await fixture.claim("living")
        #expect(try await fixture.reader.leaseOwners() == ["dying", "living"])
        let intents = [
            EffectIntent(kind: .leadUpsert, object: .lead, target: .externalID(field: "X", value: "c1"), fields: [:]),
            EffectIntent(kind: .taskCreate, object: .task, target: .new, fields: [:]),
            EffectIntent(
                kind: .optOutDetails,
                object: .lead,
                target: .record(id: "1"),
                fields: [:],
                isBestEffort: true
            ),
        ]
        let effects = try await fixture.journal.beginEffects(intents, of: dying[0], mappingVersion: "1")
        try await fixture.journal.recordEffects(
            [EffectResult(effectID: effects[0].id, state: .confirmed)],
            of: dying[0].ticket
        )
        fixture.time.advance(by: .seconds(3))
        #expect(try await fixture.journal.rescue(deadOwners: ["dying"], maxAttempts: 8) == 2)
        #expect(try await fixture.reader.leaseOwners() == ["living"])
        let attempts = try await fixture.rows(
            "SELECT event_id, claim, number, worker, finished_at - started_at AS ms, outcome, error_class FROM attempt"
        )
        #expect(
            attempts.map(\.cells)
                == dying.map {
                    [
                        .integer($0.ticket.eventID), .integer(1), .integer(1), .text("dying"), .integer(3000),
                        .text("lost"),
                        .text("lost_answer"),
                    ]
                }
        )
        #expect(try await fixture.text("SELECT error_text FROM attempt")?.hasPrefix("The worker died") == true)
        let states = try await fixture.rows("SELECT state FROM effect ORDER BY id").map(\.cells)
        #expect(states == [[.text("confirmed")], [.text("unknown")], [.text("planned")]])
        let again = try await fixture.claim()
        #expect(Set(again.map(\.ticket.eventID)) == Set(dying.map(\.ticket.eventID)))
        let open = try await fixture.journal.openEffects(of: [dying[0].ticket.eventID])
        #expect(open.map(\.kind) == ["task.create", "optout.details"])
    }

    /// An opt-out has ten times as many.
    @Test(arguments: [(Action.subscribe, 3), (.unsubscribe, 30)])
    func eventThatUsedUpItsAttemptsDies(action: Action, tries: Int) async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(action))
        for round in 1...tries {
            _ = try await fixture.claimOne("w\(round)")
            #expect(try await fixture.journal.rescue(deadOwners: ["w\(round)"], maxAttempts: 3) == 1)
            #expect(try await fixture.state(of: 1) == (round < tries ? "available" : "dead"))
        }
        let row = try await fixture.row("SELECT attempt, finalized_at, last_error LIKE '%died%' FROM event")
        #expect(row.cells == [.integer(Int64(tries)), .integer(fixture.now.milliseconds), .integer(1)])
        #expect(try await fixture.reader.deadLetters().map { $0["error_class"] } == [.text("lost_answer")])
    }

    @Test func rescueWithNothingToDoWritesNothing() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        _ = try await fixture.claimOne()
        #expect(try await fixture.reader.hasLostLeases(deadOwners: []) == false)
        #expect(try await fixture.journal.rescue(deadOwners: ["somebody else"], maxAttempts: 8) == 0)
        #expect(try await fixture.count("attempt") == 0)
    }
}
