import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("Claiming events (rule 2)", .timeLimit(.minutes(1)))
struct ClaimTests {
    @Test func smallerLanesFirstThenDueTimeThenArrival() async throws {
        let fixture = try JournalFixture()
        for (number, lane) in [Lane.bulk, .lead, .activity, .compliance, .lead, .signal].enumerated() {
            try await fixture.tell(.sample(.open, email: "p\(number)@example.com", lane: lane))
        }
        #expect(try await fixture.claim(limit: 4).map(\.ticket.eventID) == [4, 6, 2, 5])
        #expect(try await fixture.claim().map(\.ticket.eventID) == [3, 1])
    }

    @Test func lanesCanBeKeptApart() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe), .sample(.subscribe, email: "bob@example.com", position: 1))
        #expect(try await fixture.claim(lanes: .signal ... .bulk).map(\.ticket.eventID) == [2])
        #expect(try await fixture.claim(lanes: .compliance ... .compliance).map(\.ticket.eventID) == [1])
    }

    @Test func claimedEventRunsUnderALease() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne("w7", lease: .seconds(45))
        let reading = fixture.time.read()
        #expect(event.ticket == ClaimTicket(eventID: 1, claim: 1, owner: "w7"))
        #expect(event.leaseUntilBoot == reading.boot + 45_000)
        #expect(event.claimedAt.milliseconds == reading.wall)
        let row = try await fixture.row(
            "SELECT state, claim, attempt, lease_owner, lease_until, lease_boot_id, lease_until_boot FROM event"
        )
        #expect(
            row.cells == [
                .text("running"), .integer(1), .integer(1), .text("w7"), .integer(reading.wall + 45_000),
                .text("boot-1"), .integer(reading.boot + 45_000),
            ]
        )
    }

    @Test func personAndContactAreHeldWhileOneRuns() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(
            .sample(.open, email: "ann@example.com", contactID: "c1"),
            .sample(.open, email: "ann@example.com", contactID: "c2", position: 1),
            .sample(.open, email: "bob@example.com", contactID: "c1", position: 2),
            .sample(.unsubscribe, email: "ann@example.com", position: 3),
            .sample(.open, email: "cid@example.com", contactID: "c3", position: 4)
        )
        // The opt-out overtakes; it has no contact id, so that contact c1 is free.
        #expect(try await fixture.claim().map(\.ticket.eventID) == [4, 5])
        #expect(try await fixture.claim().isEmpty, "event 3 waits for event 1, which shares its contact")
    }

    @Test func earlierOneHoldsLaterOnesBackByTimeThenByArrival() async throws {
        let fixture = try JournalFixture()
        let now = fixture.now
        try await fixture.tell(
            .sample(.open, at: now.advanced(by: .seconds(-1))),
            .sample(.subscribe, position: 1, at: now.advanced(by: .seconds(-3))),
            .sample(.open, position: 2, at: now.advanced(by: .seconds(-1)))
        )
        var order: [Int64] = []
        for _ in 0..<3 {
            let event = try await fixture.claimOne()
            order.append(event.ticket.eventID)
            #expect(try await fixture.claim().isEmpty)
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        }
        #expect(order == [2, 1, 3])
    }

    @Test func laneDoesNotReorderOnePersonsEvents() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, lane: .bulk), .sample(.tagApplied, lane: .signal, position: 1))
        #expect(try await fixture.claim().map(\.ticket.eventID) == [1])
    }

    @Test func waitingForBackoffHoldsBackButSnoozedAndDeadDoNot() async throws {
        let fixture = try JournalFixture()
        let later = fixture.now.advanced(by: .seconds(3600))
        let endings: [(EventConclusion, Bool)] = [
            (.retry(at: later, .transient, "503"), true),
            (.snoozed(until: later, .quota, "budget"), false),
            (.dead(.data, "refused"), false),
            (.completed(outcome: "applied"), false),
        ]
        for (number, (conclusion, holdsBack)) in endings.enumerated() {
            let email = "p\(number)@example.com"
            try await fixture.tell(.sample(.subscribe, email: email))
            let event = try await fixture.claimOne()
            try await fixture.tell(.sample(.open, email: email))
            try await fixture.journal.conclude(event.ticket, with: conclusion)
            let next = try await fixture.claim()
            #expect(next.isEmpty == holdsBack, "\(conclusion)")
            for event in next { try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied")) }
        }
    }

    @Test func optOutOvertakesAllButARunningOne() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let running = try await fixture.claimOne()
        try await fixture.tell(.sample(.open), .sample(.unsubscribe, position: 1))
        #expect(try await fixture.claim().isEmpty)
        let later = fixture.now.advanced(by: .seconds(60))
        try await fixture.journal.conclude(running.ticket, with: .retry(at: later, .transient, "503"))
        #expect(try await fixture.claimOne().isOptOut, "neither the retry nor the earlier open holds it")
    }

    @Test func emailChangeHoldsBothAddresses() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.emailChanged, email: "new@example.com", previousEmail: "Old@example.com"))
        try await fixture.tell(
            .sample(.open, email: "old@example.com"),
            .sample(.open, email: "new@example.com", position: 1),
            .sample(.emailChanged, email: "old@example.com", position: 2, previousEmail: "older@example.com"),
            .sample(.emailChanged, email: "other@example.com", position: 3, previousEmail: "old@example.com"),
            .sample(.unsubscribe, email: "old@example.com", position: 4),
            .sample(.open, email: "else@example.com", position: 5)
        )
        #expect(try await fixture.claim(lanes: .lead ... .bulk).map(\.ticket.eventID) == [1, 7])
        #expect(try await fixture.claim().isEmpty, "not even the opt-out of the old address, nor a second change of it")
    }

    @Test func emailChangeWaitsForEarlierEventsOfBothAddresses() async throws {
        for email in ["old@example.com", "new@example.com"] {
            let fixture = try JournalFixture()
            try await fixture.tell(.sample(.open, email: email))
            try await fixture.tell(
                .sample(.emailChanged, email: "new@example.com", lane: .signal, previousEmail: "old@example.com")
            )
            #expect(try await fixture.claimOne().ticket.eventID == 1)
            #expect(try await fixture.claim().isEmpty)
        }
    }

    @Test func twoChangesAwayFromOneAddressAreNotInFlightTogether() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.emailChanged, email: "new@example.com", previousEmail: "old@example.com"))
        let first = try await fixture.claimOne()
        try await fixture.tell(.sample(.emailChanged, email: "newer@example.com", previousEmail: "old@example.com"))
        #expect(try await fixture.claim().isEmpty)
        let later = fixture.now.advanced(by: .seconds(60))
        try await fixture.journal.conclude(first.ticket, with: .retry(at: later, .transient, "503"))
        #expect(try await fixture.claim().isEmpty, "it waits for the earlier one's backoff too")
    }

    @Test func whatFallsDueBecomesClaimable() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        let due = fixture.now.advanced(by: .seconds(30))
        try await fixture.journal.conclude(event.ticket, with: .retry(at: due, .transient, "503"))
        fixture.time.advance(by: .milliseconds(29_999))
        #expect(try await fixture.journal.hasClaimableEvents() == false)
        #expect(try await fixture.claim().isEmpty)
        fixture.time.advance(by: .milliseconds(1))
        #expect(try await fixture.journal.hasClaimableEvents())
        #expect(try await fixture.claimOne().attempt == 2)
        #expect(try await fixture.journal.hasClaimableEvents() == false)
    }
}
