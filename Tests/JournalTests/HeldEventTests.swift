import Foundation
import Model
import TestSupport
import Testing
import Time

@testable import Journal

/// What a pause holds waits for its end, however long that takes, and costs the journal nothing meanwhile.
@Suite("Events that a pause holds", .timeLimit(.minutes(1)))
struct HeldEventTests {
    private let subject = PauseSubject.field(object: "Lead", name: "List__c")
    private let probeInterval = Duration.seconds(5)

    @Test func heldEventDoesNotComeDueByTheClock() async throws {
        let fixture = try JournalFixture()
        try await hold(["ann", "bob"], fixture)
        fixture.time.advance(by: .days(2))
        #expect(try await fixture.journal.hasClaimableEvents() == false)
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.integers("SELECT count(*) FROM event WHERE state = 'snoozed'") == [2])
        #expect(try await fixture.reader.isDrained(horizon: fixture.now.milliseconds + 1_000_000))
    }

    @Test func standingPauseLetsNothingGo() async throws {
        let fixture = try JournalFixture()
        try await pause(for: .seconds(30), fixture)
        try await hold(["ann", "bob"], fixture)
        #expect(try await release(fixture) == 0)
        #expect(try await fixture.reader.hasReleasableEvents(probeInterval: probeInterval) == false)
    }

    /// One event at a time tries what the pause is about: whoever wins the race, and after a fall of the wall clock too.
    @Test func duePauseLetsOneEventTryIt() async throws {
        let fixture = try JournalFixture()
        try await pause(for: .seconds(30), fixture)
        try await hold(["ann", "bob", "cay"], fixture)
        fixture.time.advance(by: .seconds(31))
        #expect(try await release(fixture) == 1)
        #expect(try await release(fixture) == 0, "the first is being tried")
        fixture.time.advance(by: .seconds(4))
        #expect(try await release(fixture) == 0)
        let probe = try await fixture.claimOne()
        #expect(probe.person?.rawValue == "ann@example.com", "the earliest")
        // It is still broken: the pause is prolonged, and the event goes back.
        try await pause(for: .seconds(30), fixture)
        try await fixture.journal.conclude(probe.ticket, with: held(fixture))
        fixture.time.advance(by: .seconds(10))
        #expect(try await release(fixture) == 0)
        fixture.time.advance(by: .seconds(21))
        #expect(try await release(fixture) == 1)
        #expect(try await fixture.claimOne().person?.rawValue == "ann@example.com")
        // Its end told nothing of the pause: the next one tries it.
        fixture.time.advance(by: .seconds(5))
        #expect(try await release(fixture) == 1)
        #expect(try await fixture.claimOne().person?.rawValue == "bob@example.com")
    }

    @Test func endOfThePauseLetsEverythingGoAThousandAtATimeOptOutsFirst() async throws {
        let fixture = try JournalFixture()
        try await pause(for: .seconds(30), fixture)
        try await hold((1...1001).map { "p\($0)" }, fixture)
        try await hold(["leaver"], isOptOut: true, fixture)
        try await fixture.journal.clearPause(subject)
        #expect(try await release(fixture) == 1000)
        #expect(try await fixture.claim(limit: 1).map(\.person?.rawValue) == ["leaver@example.com"])
        #expect(try await release(fixture) == 2)
        #expect(try await release(fixture) == 0)
        #expect(try await fixture.integers("SELECT count(*) FROM event WHERE held_by IS NOT NULL") == [0])
        #expect(try await fixture.claim(limit: 2000).count == 1001)
    }

    @Test func eachPauseLetsItsOwnGo() async throws {
        let fixture = try JournalFixture()
        try await pause(for: .seconds(30), fixture)
        try await hold(["ann"], fixture)
        try await fixture.tell(.sample(.subscribe, email: "bob@example.com", contactID: "cb", content: "bob"))
        let other = try await fixture.claimOne()
        try await fixture.journal.conclude(
            other.ticket,
            with: .held(by: .salesforce, until: fixture.now, .configuration, "log-in")
        )
        #expect(try await release(fixture) == 1, "nothing pauses all of Salesforce any more")
        #expect(try await fixture.claimOne().person?.rawValue == "bob@example.com")
    }

    @Test func whatHoldsAnEventIsTold() async throws {
        let fixture = try JournalFixture()
        try await hold(["ann"], fixture)
        let row = try #require(try await fixture.reader.eventDetails(1).first?.rows.first)
        #expect(row["held_by"] == .text("salesforce.Lead.List__c"))
        #expect(row["last_error"] == .text("hidden"))
    }

    /// A thousand that became due earlier stand in nobody's way.
    @Test func dueOptOutOvertakesWhateverElseIsDue() async throws {
        let fixture = try JournalFixture()
        let people = (1...1200).map { "p\($0)" }
        try await conclude(people, isOptOut: false, fixture) { .retry(at: fixture.now, .transient, "503") }
        fixture.time.advance(by: .seconds(1))
        try await conclude(["leaver"], isOptOut: true, fixture) { .retry(at: fixture.now, .transient, "503") }
        fixture.time.advance(by: .seconds(1))
        #expect(try await fixture.claim(limit: 1).map(\.person?.rawValue) == ["leaver@example.com"])
    }

    private func pause(for duration: Duration, _ fixture: JournalFixture) async throws {
        try await fixture.journal.setPause(
            Pause(
                subject: subject,
                reason: "hidden",
                errorClass: .configuration,
                until: fixture.now.advanced(by: duration)
            )
        )
    }

    private func release(_ fixture: JournalFixture) async throws -> Int {
        try await fixture.journal.releaseHeldEvents(probeInterval: probeInterval)
    }

    private func held(_ fixture: JournalFixture) -> EventConclusion {
        .held(by: subject, until: fixture.now.advanced(by: .seconds(30)), .configuration, "hidden")
    }

    private func hold(_ people: [String], isOptOut: Bool = false, _ fixture: JournalFixture) async throws {
        try await conclude(people, isOptOut: isOptOut, fixture) { held(fixture) }
    }

    private func conclude(
        _ people: [String],
        isOptOut: Bool,
        _ fixture: JournalFixture,
        with conclusion: () -> EventConclusion
    ) async throws {
        let elements: [DecodedElement] = people.enumerated().map { position, name in
            .sample(
                isOptOut ? .unsubscribe : .subscribe,
                email: "\(name)@example.com",
                contactID: "c-\(name)",
                position: position
            )
        }
        try await fixture.tell(elements)
        for event in try await fixture.claim(limit: people.count) {
            try await fixture.journal.conclude(event.ticket, with: conclusion())
        }
    }
}
