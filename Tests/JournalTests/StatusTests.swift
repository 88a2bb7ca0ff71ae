import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Status and drained", .timeLimit(.minutes(1)))
struct StatusTests {
    @Test func depthsAreByLaneAndStateWithTheOldestAge() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, email: "1@x"))
        let running = try await fixture.claimOne()
        try await fixture.tell(.sample(.subscribe, email: "2@x"))
        try await conclude(fixture, .retry(at: fixture.now.advanced(by: .seconds(60)), .transient, "503"))
        try await fixture.tell(.sample(.unsubscribe, email: "3@x"))
        try await conclude(fixture, .snoozed(until: fixture.now.advanced(by: .seconds(60)), .configuration, "paused"))
        try await fixture.tell(.sample(.open, email: "4@x"))
        try await conclude(fixture, .dead(.data, "refused"))
        try await fixture.tell(.sample(.open, email: "5@x"))
        try await conclude(fixture, .completed(outcome: "applied"))
        try await fixture.tell(.sample(.subscribe, email: "6@x", contactID: "c6"))
        let enriched = try await fixture.claimOne()
        try await fixture.journal.conclude(
            enriched.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c6")
        )
        fixture.time.advance(by: .milliseconds(1500))
        try await fixture.tell(.sample(.open, email: "7@x"), .sample(.open, email: "8@x", position: 1))
        _ = try await fixture.journal.append([.sample(), .sample()])
        let status = try await fixture.reader.status()
        typealias Depth = JournalStatus.Depth
        #expect(
            status.depths == [
                Depth(lane: 0, state: "snoozed", count: 1, oldestSeconds: 1.5),
                Depth(lane: 2, state: "retryable", count: 1, oldestSeconds: 1.5),
                Depth(lane: 2, state: "running", count: 1, oldestSeconds: 1.5),
                Depth(lane: 2, state: "snoozed", count: 1, oldestSeconds: 1.5),
                Depth(lane: 3, state: "available", count: 2, oldestSeconds: 0),
                Depth(lane: 3, state: "dead", count: 1, oldestSeconds: 1.5),
            ]
        )
        #expect(status.undecodedCallbacks == 2)
        #expect(status.profilesAwaited == 1)
        #expect(status.optOutsPending == 1)
        #expect(status.optOutsOverdue == 0)
        #expect(status.walBytes > 0)
        #expect(try await fixture.reader.deadLetterCount() == 1)
        #expect(try await fixture.reader.deadLetterCount(since: fixture.now.milliseconds) == 0)
        try await fixture.journal.conclude(running.ticket, with: .interrupted)
    }

    @Test func optOutsArePendingThenOverdueUntilTheyAreDone() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        func openOptOuts() async throws -> [Int] {
            let status = try await fixture.reader.status()
            return [status.optOutsPending, status.optOutsOverdue]
        }
        #expect(try await openOptOuts() == [1, 0])
        fixture.time.advance(by: .seconds(300))
        #expect(try await openOptOuts() == [1, 0])
        fixture.time.advance(by: .milliseconds(1))
        #expect(try await openOptOuts() == [1, 1])
        try await fixture.journal.storeSetting("optOut.deadline", value: "600000")
        #expect(try await openOptOuts() == [1, 0])
        try await conclude(fixture, .dead(.data, "refused"))
        #expect(try await openOptOuts() == [0, 1], "a dead one is overdue at once")
        try await fixture.journal.discard(1, reason: "test address")
        #expect(try await openOptOuts() == [0, 1], "a discarded one too")
        try await fixture.execute("UPDATE event SET accepted_reason = 'by hand'")
        #expect(try await openOptOuts() == [0, 0])
        try await fixture.tell(.sample(.unsubscribe))
        try await conclude(fixture, .completed(outcome: "applied"))
        #expect(try await openOptOuts() == [0, 0])
    }

    @Test func undecodedCallbackIsOverdueLikeAnOptOutBecauseItMayBeOne() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample(receivedAt: fixture.now)])
        fixture.time.advance(by: .seconds(10))
        _ = try await fixture.journal.append([.sample(receivedAt: fixture.now)])
        fixture.time.advance(by: .seconds(290))
        let inTime = try await fixture.reader.status()
        #expect(inTime.oldestUndecodedSeconds == 300 && !inTime.isDecodingOverdue)
        #expect(try await fixture.reader.overdue().undecodedSeconds == nil)
        fixture.time.advance(by: .milliseconds(500))
        let late = try await fixture.reader.status()
        #expect(late.oldestUndecodedSeconds == 300.5 && late.isDecodingOverdue)
        #expect(try await fixture.reader.overdue().undecodedSeconds == 300.5)
        try await fixture.tell(.sample(.open))
        let decoded = try await fixture.reader.status()
        #expect(decoded.oldestUndecodedSeconds == 0 && !decoded.isDecodingOverdue)
    }

    @Test func drainedMeansThatNothingIsLeftOrFallsDueSoon() async throws {
        let fixture = try JournalFixture()
        func isDrained(grace: Int64 = 0) async throws -> Bool {
            try await fixture.reader.isDrained(horizon: fixture.now.milliseconds + grace * 1000)
        }
        #expect(try await isDrained())
        _ = try await fixture.journal.append([.sample()])
        #expect(try await isDrained() == false, "not decoded")
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        #expect(try await isDrained() == false, "available")
        let event = try await fixture.claimOne()
        #expect(try await isDrained() == false, "running")
        let later = fixture.now.advanced(by: .seconds(60))
        try await fixture.journal.conclude(event.ticket, with: .retry(at: later, .transient, "503"))
        #expect(try await isDrained())
        #expect(try await isDrained(grace: 59))
        #expect(try await isDrained(grace: 60) == false)
        fixture.time.advance(by: .seconds(60))
        #expect(try await isDrained() == false, "due")
        let again = try await fixture.claimOne()
        try await fixture.journal.conclude(
            again.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c1")
        )
        #expect(try await isDrained(grace: 3600), "what waits for a profile waits for budget")
    }

    @Test func separateReaderSeesTheSame() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe), .sample(.unsubscribe, position: 1))
        let separate = try JournalReader(path: fixture.path, time: fixture.time)
        #expect(try await separate.status() == fixture.reader.status())
    }

    private func conclude(_ fixture: JournalFixture, _ conclusion: EventConclusion) async throws {
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(event.ticket, with: conclusion)
    }
}
