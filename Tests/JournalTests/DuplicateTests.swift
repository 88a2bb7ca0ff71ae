import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Duplicates (rule 4)", .timeLimit(.minutes(1)))
struct DuplicateTests {
    /// Without an id an unsubscribe is never a duplicate: the second may be a new one after a subscribe.
    @Test func identicalUnsubscribesAroundASubscribeAllCount() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe, identity: .unique, content: "u"))
        try await fixture.tell(.sample(.subscribe, content: "s"))
        let third = try await fixture.tell(.sample(.unsubscribe, identity: .unique, content: "u"))
        #expect(third.added == 1)
        #expect(try await fixture.count("event") == 3)
        #expect(try await fixture.count("consent_change") == 3)
    }

    @Test func sameDeliveryAndPositionIsTheSameEventHoweverLate() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.unsubscribe, identity: .delivery(id: "w1", position: 0)))
        fixture.time.advance(by: .seconds(86_400 * 30))
        let second = try await fixture.tell(.sample(.unsubscribe, identity: .delivery(id: "w1", position: 0)))
        #expect(second.added == 0)
        #expect(second.duplicates == 1)
        #expect(second.events == first.events, "the delivery points at the event that was there")
        #expect(try await fixture.integers("SELECT duplicate FROM delivery ORDER BY callback_id") == [0, 1])
        #expect(try await fixture.count("consent_change") == 1)
    }

    @Test func otherPositionOrOtherDeliveryIsAnotherEvent() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(
            .sample(.open, identity: .delivery(id: "w1", position: 0), content: "same"),
            .sample(.open, position: 1, identity: .delivery(id: "w1", position: 1), content: "same")
        )
        let second = try await fixture.tell(.sample(.open, identity: .delivery(id: "w2", position: 0), content: "same"))
        #expect(told.added == 2)
        #expect(second.added == 1)
    }

    @Test func sameElementTwiceInOneDeliveryIsOneEvent() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.open, content: "o"), .sample(.open, position: 1, content: "o"))
        #expect(told.added == 1)
        #expect(told.events == [1, 1])
    }

    @Test(arguments: [(0, false), (1, false), (599, false), (600, false), (601, true), (86_400, true)])
    func sameContentCountsAsTheSameWithinTheWindow(seconds: Int, isNew: Bool) async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, content: "o"))
        fixture.time.advance(by: .seconds(seconds))
        #expect(try await fixture.tell(.sample(.open, content: "o")).added == (isNew ? 1 : 0))
    }

    /// Each telling moves the window: what is repeated every nine minutes is one event, for hours.
    @Test func windowSlidesWithEachTelling() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, content: "o"))
        for _ in 0..<12 {
            fixture.time.advance(by: .seconds(599))
            #expect(try await fixture.tell(.sample(.open, content: "o")).added == 0)
        }
        fixture.time.advance(by: .seconds(601))
        let late = try await fixture.tell(.sample(.open, content: "o"))
        #expect(late.added == 1)
        fixture.time.advance(by: .seconds(10))
        #expect(try await fixture.tell(.sample(.open, content: "o")).events == late.events, "the newer event is meant")
    }

    @Test func windowIsASetting() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, content: "o"), window: .seconds(60))
        fixture.time.advance(by: .seconds(61))
        #expect(try await fixture.tell(.sample(.open, content: "o"), window: .seconds(60)).added == 1)
    }

    @Test func clockSetBackMakesNoDuplicateOfAnOldEvent() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.open, content: "o"))
        fixture.time.jumpWall(by: .seconds(-7200))
        #expect(try await fixture.tell(.sample(.open, content: "o")).added == 1)
    }

    /// The window counts from receipt, not from when the worker came to decode.
    @Test func lateDecodingChangesNothing() async throws {
        let fixture = try JournalFixture()
        let start = fixture.now
        _ = try await fixture.journal.append([
            .sample(receivedAt: start), .sample(receivedAt: start.advanced(by: .seconds(600))),
            .sample(receivedAt: start.advanced(by: .seconds(1201))),
        ])
        fixture.time.advance(by: .seconds(86_400))
        let decoded = try await fixture.reader.undecodedCallbacks(limit: 3).map {
            DecodedCallback(callback: $0, elements: [.sample(.open, content: "o")])
        }
        let (added, duplicates) = try await fixture.journal.record(decoded, duplicateWindow: .seconds(600))
        #expect(added == 2)
        #expect(duplicates == 1)
    }
}
