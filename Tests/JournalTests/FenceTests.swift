import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The fence (rule 1)", .timeLimit(.minutes(1)))
struct FenceTests {
    /// A worker that was taken for dead comes back after another claimed its event.
    @Test func zombieCanNotConclude() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let zombie = try await fixture.claimOne("w1")
        let intent = EffectIntent(kind: .leadUpsert, object: .lead, target: .record(id: "00Q1"), fields: [:])
        _ = try await fixture.journal.beginEffects([intent], of: zombie, mappingVersion: "1")
        fixture.time.advance(by: .seconds(61))
        #expect(try await fixture.journal.rescue(deadOwners: [], maxAttempts: 8) == 1)
        try await refuses(zombie.ticket, fixture, "while nobody has it")
        let successor = try await fixture.claimOne("w2")
        #expect(successor.ticket.claim == zombie.ticket.claim + 1)
        try await refuses(zombie.ticket, fixture, "while another has it")
        try await fixture.journal.conclude(successor.ticket, with: .completed(outcome: "applied"))
        try await refuses(zombie.ticket, fixture, "when it is done")
        try await refuses(successor.ticket, fixture, "a second time")
    }

    /// The attempt number is given back by a snooze, so the same worker's next try has the same number: only the claim
    /// tells them apart.
    @Test func taskFromBeforeASnoozeCanNotFinishTheNextTry() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne("w1")
        try await fixture.journal.conclude(first.ticket, with: .snoozed(until: fixture.now, .quota, "budget"))
        let second = try await fixture.claimOne("w1")
        #expect(second.attempt == first.attempt)
        try await refuses(first.ticket, fixture, "the old task of the same worker")
        try await fixture.journal.conclude(second.ticket, with: .completed(outcome: "applied"))
    }

    @Test func otherOwnerWithTheSameClaimIsRefused() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne("w1")
        try await refuses(ClaimTicket(eventID: 1, claim: event.ticket.claim, owner: "w2"), fixture, "another owner")
        try await refuses(ClaimTicket(eventID: 9, claim: event.ticket.claim, owner: "w1"), fixture, "another event")
    }

    @Test func claimNeverGoesBack() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(event.ticket, with: .interrupted)
        _ = try await fixture.claimOne()
        for sql in [
            "UPDATE event SET claim = 1", "UPDATE event SET claim = claim - 1", "UPDATE event SET claim = NULL",
        ] {
            await #expect(throws: JournalError.self) { try await fixture.execute(sql) }
        }
        try await fixture.execute("UPDATE event SET claim = claim + 1")
        #expect(try await fixture.integer("SELECT claim FROM event") == 3)
    }

    /// Tries every write that needs the lease, and finds the file as it was.
    private func refuses(_ ticket: ClaimTicket, _ fixture: JournalFixture, _ comment: Comment) async throws {
        let before = try await snapshot(fixture)
        let lost = JournalError.leaseLost(eventID: ticket.eventID)
        let intent = EffectIntent(kind: .leadUpsert, object: .lead, target: .new, fields: ["City": "Łódź"])
        let conclusions: [EventConclusion] = [
            .completed(outcome: "applied"), .retry(at: fixture.now, .transient, "x"),
            .snoozed(until: fixture.now, nil, "x"), .dead(.data, "x"), .interrupted,
        ]
        for conclusion in conclusions {
            await #expect(throws: lost, comment) {
                try await fixture.journal.conclude(
                    ticket,
                    with: conclusion,
                    results: [EffectResult(effectID: 1, state: .confirmed)],
                    followUp: EnrichFollowUp(contactID: "c1")
                )
            }
        }
        await #expect(throws: lost, comment) {
            try await fixture.journal.recordEffects([EffectResult(effectID: 1, state: .confirmed)], of: ticket)
        }
        var event = try await ClaimedEvent.sample(ticket)
        event.ticket = ticket
        let stale = event
        await #expect(throws: lost, comment) {
            _ = try await fixture.journal.beginEffects([intent], of: stale, mappingVersion: "1")
        }
        #expect(try await fixture.journal.renewLeases([ticket], leaseDuration: .seconds(60)).isEmpty, comment)
        #expect(try await snapshot(fixture) == before, comment)
    }

    private func snapshot(_ fixture: JournalFixture) async throws -> [TableRow] {
        var rows: [TableRow] = []
        for table in ["event", "attempt", "effect", "effect_event"] {
            rows += try await fixture.rows("SELECT * FROM \(table)")
        }
        return rows
    }
}

extension ClaimedEvent {
    /// The event that a ticket once stood for, as the worker that lost it still has it in memory.
    fileprivate static func sample(_ ticket: ClaimTicket) async throws -> ClaimedEvent {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        return try await fixture.claimOne()
    }
}
