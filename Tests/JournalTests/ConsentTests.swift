import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Consent", .timeLimit(.minutes(1)))
struct ConsentTests {
    @Test func changeIsRecordedOnceForEachEventThatMakesOne() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, listID: "L"))
        try await fixture.tell(.sample(.open), .sample(.tagApplied, position: 1), .sample(.removed, position: 2))
        try await fixture.tell(.sample(.unsubscribe, listID: "L", reason: "unsubscribe"), source: .zapier)
        let rows = try await fixture.rows(
            "SELECT id, source, person, list_id, change, reason, event_id FROM consent_change ORDER BY id"
        )
        #expect(
            rows.map(\.cells) == [
                [
                    .integer(1), .text("getresponse"), .text("ann@example.com"), .text("L"), .text("subscribed"), .null,
                    .integer(1),
                ],
                [
                    .integer(2), .text("zapier"), .text("ann@example.com"), .text("L"), .text("opted_out"),
                    .text("unsubscribe"), .integer(5),
                ],
            ]
        )
        #expect(try await fixture.consentChainFaults() == [])
    }

    @Test func replayChangesNothing() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused"))
        try await fixture.journal.replay(told.events[0])
        let again = try await fixture.claimOne()
        try await fixture.journal.conclude(again.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.count("consent_change") == 1)
    }

    /// Order of arrival does not matter: the later in time counts, and of two at one time the opt-out.
    @Test(arguments: [
        ([(Action.subscribe, 0), (.unsubscribe, 10)], "opted_out"),
        ([(.unsubscribe, 10), (.subscribe, 0)], "opted_out"),
        ([(.unsubscribe, 0), (.subscribe, 10)], "subscribed"),
        ([(.subscribe, 10), (.unsubscribe, 0)], "subscribed"),
        ([(.subscribe, 5), (.unsubscribe, 5)], "opted_out"),
        ([(.unsubscribe, 5), (.subscribe, 5)], "opted_out"),
        ([(.unsubscribe, 5), (.subscribe, 20), (.unsubscribe, 10)], "subscribed"),
    ])
    func stateFollowsTheLatestChange(changes: [(Action, Int)], expected: String) async throws {
        let fixture = try JournalFixture()
        for (action, second) in changes {
            let time = fixture.now.advanced(by: .seconds(second - 100))
            try await fixture.tell(.sample(action, listID: "L", at: time))
        }
        #expect(try await fixture.text("SELECT state FROM consent WHERE list_id = 'L'") == expected)
        #expect(try await fixture.count("consent_change") == Int64(changes.count))
    }

    @Test func listsAreKeptApartAndAnUnknownListIsOneOfThem() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, listID: "L"))
        try await fixture.tell(.sample(.unsubscribe, listID: nil))
        let rows = try await fixture.rows("SELECT list_id, state FROM consent ORDER BY list_id")
        #expect(rows.map(\.cells) == [[.text(""), .text("opted_out")], [.text("L"), .text("subscribed")]])
    }

    @Test func whoEverOptedOutIsKnown() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe, contactID: "c2"))
        fixture.time.advance(by: .seconds(1))
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        try await fixture.tell(.sample(.subscribe, email: "bob@example.com", contactID: "c3"))
        let ann = try await fixture.reader.knowledge(of: Person(rawValue: "ann@example.com"))
        #expect(ann.contactIDs == ["c1", "c2"] && ann.everOptedOut)
        #expect(ann.consent.map(\.isOptOut) == [true, false])
        let bob = try await fixture.reader.knowledge(of: Person(rawValue: "bob@example.com"))
        #expect(bob == PersonKnowledge(contactIDs: ["c3"]))
    }
}
