import Model
import Synchronization
import Testing

@testable import Journal

@Suite("Two workers on one file", .timeLimit(.minutes(1)))
struct ClaimRaceTests {
    /// Whom somebody has in hand, and in which order each person's events were taken.
    private final class Log: Sendable {
        private struct State {
            var inHand: Set<String> = []
            var clashes: [String] = []
            var order: [String: [Int64]] = [:]
        }

        private let state = Mutex(State())

        func take(_ event: ClaimedEvent) {
            state.withLock { state in
                for key in Self.keys(of: event) where !state.inHand.insert(key).inserted { state.clashes.append(key) }
                state.order[event.person?.rawValue ?? "", default: []].append(event.ticket.eventID)
            }
        }

        func release(_ event: ClaimedEvent) {
            state.withLock { $0.inHand.subtract(Self.keys(of: event)) }
        }

        var clashes: [String] { state.withLock(\.clashes) }
        var order: [String: [Int64]] { state.withLock(\.order) }

        private static func keys(of event: ClaimedEvent) -> [String] {
            [event.person?.rawValue, event.contactID].compactMap(\.self)
        }
    }

    /// Many events of few people: at no moment are two events of a person or a contact in hand, and each person's events
    /// come in order.
    @Test func neverHoldTwoEventsOfOnePersonOrContact() async throws {
        let fixture = try JournalFixture()
        for number in 0..<60 {
            try await fixture.tell(.sample(.open, email: "p\(number % 5)@example.com", contactID: "c\(number % 4)"))
        }
        let log = Log()
        let other = try fixture.openAnother()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work("w1", on: fixture.journal, log) }
            group.addTask { try await work("w2", on: other, log) }
            try await group.waitForAll()
        }
        #expect(log.clashes == [])
        #expect(log.order.values.map(\.count) == [12, 12, 12, 12, 12])
        #expect(log.order.values.allSatisfy { $0 == $0.sorted() })
        #expect(try await fixture.integer("SELECT count(*) FROM event WHERE state = 'completed'") == 60)
    }

    /// Claims and completes until nothing is left.
    @concurrent
    private func work(_ owner: String, on journal: EventJournal, _ log: Log) async throws {
        while try await journal.reader.isDrained(horizon: 0) == false {
            let events = try await journal.claim(owner: owner, limit: 3, leaseDuration: .seconds(60))
            events.forEach(log.take)
            await Task.yield()
            for event in events {
                log.release(event)
                try await journal.conclude(event.ticket, with: .completed(outcome: "applied"))
            }
        }
    }
}
