import Model
import TestSupport
import Testing

@testable import Journal

/// What replaces an event's contents when its callback is decoded again; the decoder's part is told by these elements.
@Suite("Replaying from the raw callback", .timeLimit(.minutes(1)))
struct RawReplayTests {
    @Test func whatIsDecodedNowReplacesTheContents() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.unknown, email: nil, failure: "It names no action."))
        let before = try await fixture.row("SELECT id, idempotency_key, received_at FROM event")
        fixture.time.advance(by: .days(2))
        let when = fixture.now.advanced(by: .seconds(-3 * 86_400))
        let element = DecodedElement.sample(
            .emailChanged,
            email: "New@x",
            contactID: "c1",
            listID: "L",
            content: "k",
            previousEmail: "old@x",
            at: when
        )
        #expect(try await fixture.replayFromRaw(told.events[0], [element]) == .done(addedEvents: 0))
        let row = try await fixture.row(
            """
            SELECT action, person, previous_person, contact_id, list_id, occurred_at, lane, opt_out, state, attempt,
                finalized_at, content_key
            FROM event
            """
        )
        #expect(
            row.cells == [
                .text("contact_email_changed"), .text("new@x"), .text("old@x"), .text("c1"), .text("L"),
                .integer(when.milliseconds), .integer(2), .integer(0), .text("available"), .integer(0), .null,
                .text("k"),
            ]
        )
        #expect(try await fixture.row("SELECT id, idempotency_key, received_at FROM event") == before)
        #expect(try await fixture.count("delivery") == 1)
        let event = try await fixture.claimOne()
        #expect(event.payload.previousEmail == "old@x")
        let decision = try await fixture.row("SELECT from_raw, detail FROM decision")
        #expect(decision.cells == [.integer(1), .text("unknown became contact_email_changed")])
    }

    @Test func furtherElementsBecomeEventsOnce() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(
            .sample(.unknown, email: nil, position: 0, failure: "No shape."),
            .sample(.unknown, email: nil, position: 1, failure: "No shape.")
        )
        let elements = [
            DecodedElement.sample(.subscribe, email: "a@x", position: 0),
            .sample(.subscribe, email: "b@x", position: 1),
            .sample(.unsubscribe, email: "c@x", position: 2),
        ]
        let outcomes = try await fixture.replayFromRaw(told.events, elements)
        #expect(outcomes == [.done(addedEvents: 1), .done(addedEvents: 0)])
        #expect(try await fixture.count("event") == 3)
        #expect(try await fixture.integers("SELECT event_id FROM delivery ORDER BY position") == told.events + [3])
        #expect(try await fixture.rows("SELECT person, change FROM consent_change ORDER BY id").count == 3)
        try await fixture.carryOutAll(.dead(.data, "refused"))
        #expect(
            try await fixture.replayFromRaw([1, 2, 3], elements) == .init(repeating: .done(addedEvents: 0), count: 3)
        )
        #expect(try await fixture.count("event") == 3)
        #expect(try await fixture.count("consent_change") == 3)
        #expect(try await fixture.consentChainFaults() == [])
    }

    /// The wrong change stays in the chain, and the opt-out counts.
    @Test func optOutThatWasTakenForASubscribeCounts() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.subscribe), .dead(.data, "refused")).events[0]
        let optOut = DecodedElement.sample(.unsubscribe, reason: "unsubscribe")
        for _ in 1...2 {
            #expect(try await fixture.replayFromRaw(told, [optOut]) == .done(addedEvents: 0))
            try await fixture.carryOutAll(.dead(.data, "refused"))
        }
        #expect(
            try await fixture.rows("SELECT change, event_id FROM consent_change ORDER BY id").map(\.cells) == [
                [.text("subscribed"), .integer(told)], [.text("opted_out"), .null],
            ]
        )
        #expect(try await fixture.reader.knowledge(of: Person(rawValue: "ann@example.com")).everOptedOut)
        #expect(
            try await fixture.reader.optOutAudit(OptOutQuery(isOverdueOnly: true)).map { $0["event_id"] } == [
                .integer(told)
            ]
        )
        #expect(try await fixture.consentChainFaults() == [])
        #expect(try await fixture.integer("SELECT lane FROM event") == 0)
    }

    @Test func optOutIsNeverTakenBack() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.unsubscribe), .dead(.data, "refused")).events[0]
        let before = try await fixture.dump()
        let outcome = try await fixture.replayFromRaw(told, [.sample(.subscribe)])
        guard case .refused(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("never taken back"))
        #expect(try await fixture.dump() == before)
    }

    @Test func whatCannotBeDecodedIsRefused() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON.")).events[0]
        let before = try await fixture.dump()
        for (elements, sentence) in [
            ([DecodedElement.sample(.unknown, email: nil, failure: "No JSON.")], "It still can't be decoded: No JSON."),
            ([.sample(.subscribe, position: 1)], "Its callback 1 has no element 0 by the decoding of now."),
            ([.sample(.open, email: nil)], "It still can't be decoded: it names neither an address nor a contact id."),
        ] {
            #expect(try await fixture.replayFromRaw(told, elements) == .refused(sentence))
        }
        #expect(try await fixture.dump() == before)
    }

    /// An erasure between reading and writing must stand.
    @Test func erasedCallbackIsRefused() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON.")).events[0]
        let callback = try await fixture.reader.rawCallback(1)
        try await fixture.execute(
            "UPDATE callback SET state = 'erased', body = NULL, query = NULL, remote_address = NULL, salt = NULL"
        )
        await #expect(throws: JournalError.notFound("raw callback 1 any more: it was erased")) {
            _ = try await fixture.reader.rawCallback(1)
        }
        let redecoding = Redecoding(
            decoded: DecodedCallback(callback: callback, elements: [.sample(.subscribe)]),
            position: 0
        )
        let letter = try #require(try await fixture.reader.letters(of: [told]).first)
        let outcomes = try await fixture.journal.replay([ReplayOrder(letter: letter, redecoding: redecoding)])
        #expect(outcomes == [.refused("Its callback 1 was pruned or erased.")])
    }

    /// Had it been decoded at once, it would have been recognised.
    @Test func secondTellingIsCompletedAsDuplicate() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.click, content: "same")).events[0]
        fixture.time.advance(by: .seconds(300))
        let near = try await fixture.tell(.sample(.unknown, email: nil, failure: "No shape.")).events[0]
        fixture.time.advance(by: .seconds(1200))
        let far = try await fixture.tell(.sample(.unknown, email: nil, failure: "No shape.")).events[0]
        let element = DecodedElement.sample(.click, content: "same")
        #expect(try await fixture.replayFromRaw(near, [element]) == .duplicate(of: first))
        #expect(try await fixture.replayFromRaw(far, [element]) == .done(addedEvents: 0))
        let row = try await fixture.row("SELECT state, outcome, action FROM event WHERE id = \(near)")
        #expect(row.cells == [.text("completed"), .text("duplicate"), .text("click")])
        #expect(try await fixture.state(of: far) == "available")
    }

    /// Else each of the two would count as carried out by the other, and by nobody.
    @Test func eventIsNoDuplicateOfItsOwnDuplicate() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.click, content: "same")).events[0]
        let second = try await fixture.tell(.sample(.unknown, email: nil, failure: "No shape.")).events[0]
        let element = DecodedElement.sample(.click, content: "same")
        #expect(try await fixture.replayFromRaw(second, [element]) == .duplicate(of: first))
        try await fixture.carryOutAll(.dead(.data, "refused"))
        #expect(try await fixture.replayFromRaw(first, [element]) == .done(addedEvents: 0))
        #expect(try await fixture.state(of: first) == "available")
    }

    /// What else the callback tells is not lost with the part that was told before.
    @Test func furtherElementsOfADuplicateBecomeEventsToo() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.click, content: "same"))
        let second = try await fixture.tell(.sample(.unknown, email: nil, failure: "No shape.")).events[0]
        let elements = [
            DecodedElement.sample(.click, content: "same"), .sample(.unsubscribe, email: "b@x", position: 1),
        ]
        #expect(try await fixture.replayFromRaw(second, elements) == .duplicate(of: 1, addedEvents: 1))
        #expect(
            try await fixture.rows("SELECT action, state FROM event WHERE id > \(second)").map(\.cells) == [
                [.text("unsubscribe"), .text("available")]
            ]
        )
    }

    @Test func prunedEventGetsItsContentsBack() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.subscribe), .dead(.data, "refused")).events[0]
        try await fixture.journal.discard(told, reason: "a test")
        try await fixture.execute("UPDATE event SET payload = '{\"contact\":{}}', pruned_at = 1")
        #expect(try await fixture.replayFromRaw(told, [.sample(.subscribe)]) == .done(addedEvents: 0))
        let event = try await fixture.claimOne()
        #expect(event.payload.contact.email == "ann@example.com")
        #expect(try await fixture.integer("SELECT pruned_at FROM event") == nil)
        #expect(try await fixture.count("consent_change") == 1)
    }
}

extension JournalFixture {
    func replayFromRaw(_ eventID: Int64, _ elements: [DecodedElement]) async throws -> DecisionOutcome {
        guard let outcome = try await replayFromRaw([eventID], elements).first else {
            throw FixtureError.unexpected("no outcome")
        }
        return outcome
    }

    /// Replays events of one callback, which is decoded to these elements now.
    ///
    /// What comes of it is foreseen first; that must be the same.
    func replayFromRaw(_ eventIDs: [Int64], _ elements: [DecodedElement]) async throws -> [DecisionOutcome] {
        let origins = try await reader.rawOrigins(of: eventIDs)
        var orders: [ReplayOrder] = []
        for (letter, origin) in zip(try await reader.letters(of: eventIDs), origins) {
            let callback = try await reader.rawCallback(origin.callbackID)
            orders.append(
                ReplayOrder(
                    letter: letter,
                    redecoding: Redecoding(
                        decoded: DecodedCallback(callback: callback, elements: elements),
                        position: origin.position
                    )
                )
            )
        }
        let foreseen = try await reader.foreseenOutcomes(of: orders, duplicateWindow: .seconds(600))
        let outcomes = try await journal.replay(orders)
        #expect(foreseen == outcomes)
        return outcomes
    }
}
