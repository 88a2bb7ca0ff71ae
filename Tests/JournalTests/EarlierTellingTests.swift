import Model
import TestSupport
import Testing

@testable import Journal

/// A click is one Task per person, message and link within the window, whichever source told it (rule 4).
@Suite("Earlier tellings of an open or click", .timeLimit(.minutes(1)))
struct EarlierTellingTests {
    @Test func sameLinkWithinTheWindowIsFoundWhicheverSourceToldIt() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture, source: .getresponse)
        fixture.time.advance(by: .seconds(600))
        let second = try await click(fixture, source: .zapier)
        #expect(try await earlier(fixture, than: second) == first)
        #expect(try await earlier(fixture, than: first) == nil, "the first is the first")
        fixture.time.advance(by: .milliseconds(600_001))
        #expect(try await earlier(fixture, than: try await click(fixture)) == nil)
    }

    /// 0, 8, 16 and 24 minutes: each is the same as the one before it, and so all are the first.
    @Test func windowSlidesFromTellingToTelling() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture)
        for _ in 1...3 {
            fixture.time.advance(by: .seconds(480))
            #expect(try await earlier(fixture, than: try await click(fixture)) == first)
        }
        fixture.time.advance(by: .seconds(601))
        #expect(try await earlier(fixture, than: try await click(fixture)) == nil)
    }

    /// What came before has the smaller id, whatever the clock says.
    @Test(arguments: [-1, -500])
    func clockThatIsSetBackHidesNoTelling(seconds: Int) async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture)
        fixture.time.jumpWall(by: .seconds(seconds))
        let second = try await click(fixture)
        let third = try await click(fixture)
        #expect(try await earlier(fixture, than: second) == first)
        #expect(try await earlier(fixture, than: third) == first)
        #expect(try await earlier(fixture, than: first) == nil)
    }

    @Test func otherLinkMessagePersonOrActionIsAnother() async throws {
        let fixture = try JournalFixture()
        _ = try await click(fixture, link: "l2")
        _ = try await click(fixture, message: "m2")
        _ = try await click(fixture, email: "bob@example.com")
        _ = try await click(fixture, .open, link: nil)
        #expect(try await earlier(fixture, than: try await click(fixture)) == nil)
    }

    @Test func openWithoutMessageIsFoundToo() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture, .open, message: nil, link: nil)
        let second = try await click(fixture, .open, message: nil, link: nil)
        #expect(try await earlier(fixture, than: second, .open, message: nil, link: nil) == first)
    }

    @Test func linkWithoutAnIDIsKnownByItsAddress() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture, link: nil, url: "https://example.com/a")
        let second = try await click(fixture, link: nil, url: "https://example.com/a")
        #expect(try await earlier(fixture, than: second, link: "https://example.com/a") == first)
    }

    @Test func messageWithoutAnIDIsKnownByItsName() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture, message: nil, messageName: "Spring")
        let second = try await click(fixture, message: nil, messageName: "Spring")
        #expect(try await earlier(fixture, than: second, message: "Spring") == first)
        #expect(try await earlier(fixture, than: second, message: "Summer") == nil)
    }

    @Test func discardedOneDoesNotStandForIt() async throws {
        let fixture = try JournalFixture()
        let first = try await click(fixture)
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused"))
        let second = try await click(fixture)
        #expect(try await earlier(fixture, than: second) == first)
        try await fixture.journal.discard(first, reason: "test")
        #expect(try await earlier(fixture, than: second) == nil)
    }

    private func click(
        _ fixture: JournalFixture,
        _ action: Action = .click,
        source: Source = .getresponse,
        email: String = "ann@example.com",
        message: String? = "m1",
        messageName: String? = nil,
        link: String? = "l1",
        url: String? = nil
    ) async throws -> Int64 {
        var element = DecodedElement.sample(action, email: email)
        if message != nil || messageName != nil {
            element.event.payload.message = EventPayload.Message(id: message, name: messageName)
        }
        if link != nil || url != nil { element.event.payload.link = EventPayload.Link(id: link, url: url) }
        return try await fixture.tell(element, source: source).events[0]
    }

    private func earlier(
        _ fixture: JournalFixture,
        than eventID: Int64,
        _ action: Action = .click,
        message: String? = "m1",
        link: String? = "l1"
    ) async throws -> Int64? {
        let received = try await fixture.integer("SELECT received_at FROM event WHERE id = \(eventID)") ?? 0
        return try await fixture.reader.earlierTelling(
            of: eventID,
            action: action,
            message: message,
            link: link,
            receivedAt: Timestamp(milliseconds: received),
            window: .seconds(600)
        )
    }
}
