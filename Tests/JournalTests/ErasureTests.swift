import Foundation
import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("Erasing a person", .timeLimit(.minutes(2)))
struct ErasureTests {
    private static let ann = "ann.lee@example.com"

    /// Everything that the journal can know of somebody, beside somebody else.
    private func worldOfAnn(optsOut: Bool = true) async throws -> JournalFixture {
        let fixture = try JournalFixture()
        try await fixture.tell(
            raw: #"{"action":"subscribe","contact":{"email":"Ann.Lee@Example.com","name":"Ann"}}"#,
            [.sample(.subscribe, email: "Ann.Lee@Example.com", contactID: "c1", listID: "L")]
        )
        try await fixture.carryOutAll()
        try await fixture.tell(
            raw: "",
            query:
                "action=open&contact_email=Ann.Lee%40example.com&url=https%3A%2F%2Fx%2F%3Fe%3Dann.lee%2540example.com",
            [.sample(.open, email: "ann.lee@example.com ", contactID: "c1")]
        )
        try await fixture.carryOutAll()
        // One delivery of two people; Ann's part fails with her address in the words.
        try await fixture.tell(
            raw: #"[{"email":"ann.lee\u0040example.com"},{"email":"bob@example.com","via":"ANN.LEE@example.com"}]"#,
            [
                .sample(.tagApplied, email: Self.ann, contactID: "c1"),
                .sample(.subscribe, email: "bob@example.com", contactID: "b1", position: 1),
            ]
        )
        let two = try await fixture.claim()
        for event in two where event.person?.rawValue == Self.ann {
            let intent = EffectIntent(
                kind: .leadUpsert,
                object: .lead,
                target: .record(id: "00Q-ann"),
                fields: ["Email": .string("Ann.Lee@example.com")],
                before: ["Email": "ann.lee@example.com"]
            )
            let effects = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")
            let failed = EffectResult(
                effectID: effects[0].id,
                state: .failed,
                errorText: "duplicate of ann.lee@example.com"
            )
            try await fixture.journal.conclude(
                event.ticket,
                with: .dead(.data, "Use one of these records? ann.lee@example.com"),
                results: [failed]
            )
            try await fixture.journal.discard(event.ticket.eventID, reason: "Ann.Lee@example.com asked by phone")
        }
        for event in two where event.person?.rawValue != Self.ann {
            try await fixture.journal.conclude(event.ticket, with: .dead(.data, "collides with ann.lee@example.com"))
            try await fixture.journal.discard(event.ticket.eventID, reason: "sister of ann.lee@example.com, by phone")
        }
        // She was somebody else before.
        try await fixture.tell(
            raw: #"{"action":"contact_email_changed","old":"ann@old.example","new":"ann.lee@example.com"}"#,
            [.sample(.emailChanged, email: Self.ann, contactID: "c1", previousEmail: "ann@old.example")]
        )
        try await fixture.carryOutAll()
        try await fixture.journal.storeProfile(
            ContactDetails(contactID: "c1", email: "ann.lee@example.com", name: "Ann Lee"),
            contactID: "c1"
        )
        _ = try await fixture.tell(
            raw: #"{"email":"ann.lee@example.com""#,
            [
                .sample(.unknown, email: nil, failure: "It ends at ann.lee@example.com.")
            ],
            isMalformed: true
        )
        try await fixture.execute(
            """
            INSERT INTO score (person, rule, event_id, points, scored_at) VALUES ('ann.lee@example.com', 'r', 1, 1, 1);
            INSERT INTO setting (key, value, updated_at) VALUES ('note', '{"text":"asked by ann.lee@example.com"}', 1);
            """
        )
        if optsOut {
            try await fixture.tell(
                raw: #"{"action":"unsubscribe","contact":{"contactId":"c1"},"reason":"complaint"}"#,
                [.sample(.unsubscribe, email: Self.ann, contactID: "c1", listID: "L", reason: "complaint")]
            )
            try await fixture.carryOutAll()
        }
        // Something that is not finished.
        try await fixture.tell(
            raw: #"{"action":"click","email":"ann.lee@example.com"}"#,
            [.sample(.click, email: Self.ann, contactID: "c1")]
        )
        return fixture
    }

    @Test func takesEveryTraceOutOfEveryFileWhileTheChainsAndThePromisesHold() async throws {
        let fixture = try await worldOfAnn()
        #expect(try fixture.filesHolding(Self.ann).contains("-wal"))
        let report = try await fixture.erase(Self.ann)
        #expect(
            report.rows.keys.sorted() == [
                "attempt", "callback", "consent", "consent_change", "decision", "effect", "event", "profile", "score",
                "setting",
            ]
        )
        for name in [Self.ann, "ann@old.example", "Ann Lee", "00Q-ann"] {
            #expect(try fixture.filesHolding(name) == [], "\(name)")
        }
        let rows = try await fixture.dump()
        #expect(rows.filter { $0.lowercased().contains("ann.lee") || $0.contains("ann@") } == [])
        #expect(rows.filter { $0.contains("c1") } == [])
        #expect(try await fixture.callbackChainFaults().allSatisfy { $0.hasPrefix("digest") } == true)
        #expect(try await fixture.failedChecks() == [])
        #expect(try await fixture.count("erasure") == 0)
        // What is not finished is not carried out any more, and says why.
        #expect(
            try await fixture.text(
                "SELECT group_concat(DISTINCT state || ':' || coalesce(discard_reason, '')) FROM event WHERE action = 'click'"
            ) == "discarded:erased"
        )
        #expect(try await fixture.claim().isEmpty)
    }

    @Test func leavesOthersWhatIsTheirs() async throws {
        let fixture = try await worldOfAnn()
        let before = try await fixture.row("SELECT * FROM event WHERE person = 'bob@example.com'")
        try await fixture.erase(Self.ann)
        let after = try await fixture.row("SELECT * FROM event WHERE person = 'bob@example.com'")
        for column in before.columns where !["last_error", "discard_reason"].contains(column) {
            #expect(after[column] == before[column], "\(column)")
        }
        #expect(after["last_error"] == .text("collides with (erased)"))
        #expect(after["discard_reason"] == .text("sister of (erased), by phone"))
        let bob = try await fixture.reader.knowledge(of: Person(rawValue: "bob@example.com"))
        #expect(bob == PersonKnowledge(contactIDs: ["b1"]))
        #expect(try await fixture.text("SELECT state FROM consent WHERE person = 'bob@example.com'") == "subscribed")
    }

    @Test func optOutIsKeptUnderEveryNameAndInNoWords() async throws {
        let fixture = try await worldOfAnn()
        let report = try await fixture.erase(Self.ann)
        #expect(report.keptHashes == 3)
        for name in ["ann.lee@example.com", "ann@old.example", "contact:c1"] {
            let known = try await fixture.reader.knowledge(of: Person(rawValue: name))
            #expect(known.consent.map(\.isOptOut) == [true], "\(name)")
            #expect(known.consent.first?.reason == "complaint")
            #expect(known.consent.first?.listID == nil)
        }
        // Of another list, in another spelling; and of a new address with the contact that was known.
        try await fixture.tell(.sample(.subscribe, email: " ANN.Lee@example.COM", contactID: "c7", listID: "L7"))
        try await fixture.tell(.sample(.subscribe, email: "new@example.com", contactID: "c1", listID: "L7"))
        for name in ["ann.lee@example.com", "new@example.com"] {
            let known = try await fixture.reader.knowledge(of: Person(rawValue: name))
            #expect(known.everOptedOut, "\(name)")
        }
        // On a reader of its own too, which knows the key from its file.
        let reader = try JournalReader(path: fixture.path, time: fixture.time)
        #expect(try await reader.knowledge(of: Person(rawValue: Self.ann)).everOptedOut)
    }

    @Test func whoWasNotOptedOutLeavesNoHash() async throws {
        let fixture = try await worldOfAnn(optsOut: false)
        let report = try await fixture.erase(Self.ann)
        #expect(report.keptHashes == 0 && report.changed > 0)
        #expect(try await fixture.count("erased_person") == 0)
        #expect(try await fixture.reader.knowledge(of: Person(rawValue: Self.ann)) == PersonKnowledge())
    }

    @Test func evidenceOfTheOptOutStaysWithoutTheName() async throws {
        let fixture = try await worldOfAnn()
        let before = try #require(try await fixture.reader.optOutAudit().first)
        try await fixture.erase(Self.ann)
        let after = try #require(try await fixture.reader.optOutAudit().first)
        #expect(after["person"] == .text("erased"))
        for column in [
            "event_id", "source", "reason", "occurred_at", "received_at", "state", "confirmed_at", "overdue",
        ] {
            #expect(after[column] == before[column], "\(column)")
        }
        let verified = "SELECT json_extract(records, '$[0].verified_at') FROM opt_out_audit"
        #expect(try await fixture.integer(verified) != nil)
        #expect(
            try await fixture.text("SELECT fields FROM effect WHERE kind = 'optout.lead'")
                == #"{"HasOptedOutOfEmail":true}"#
        )
    }

    @Test func isIdempotent() async throws {
        let fixture = try await worldOfAnn()
        try await fixture.erase(Self.ann)
        let rows = try await fixture.dump()
        let again = try await fixture.erase("ann.lee@example.com")
        #expect(again.changed == 0 && again.keptHashes > 0)
        #expect(try await fixture.dump() == rows)
        let nobody = try await fixture.erase("nobody@example.com")
        #expect(nobody.changed == 0 && nobody.keptHashes == 0)
    }

    @Test func previewChangesNothingAndCountsWhatGoes() async throws {
        let fixture = try await worldOfAnn()
        let rows = try await fixture.dump()
        let preview = try await fixture.eraser().preview(Person(rawValue: Self.ann))
        #expect(try await fixture.dump() == rows)
        #expect(preview.rows["event"] == 6)
        #expect(preview.rows["profile"] == 1 && preview.rows["consent_change"] == 2)
    }

    @Test(arguments: ["available", "dead", "discarded"])
    func isRefusedWhileAnOptOutIsNotVerified(state: String) async throws {
        let fixture = try await worldOfAnn(optsOut: false)
        let told = try await fixture.tell(.sample(.unsubscribe, email: Self.ann, contactID: "c1"))
        if state != "available" {
            let event = try #require(try await fixture.claim().first { $0.isOptOut })
            try await fixture.journal.conclude(event.ticket, with: .dead(.configuration, "hidden"))
        }
        if state == "discarded" { try await fixture.journal.discard(told.events[0], reason: "no") }
        let rows = try await fixture.dump()
        await #expect(throws: ErasureRefusal.openOptOut(eventID: told.events[0], state: state)) {
            try await fixture.erase(Self.ann)
        }
        #expect(try await fixture.dump() == rows)
        guard state != "available" else { return }
        let letters = try await fixture.reader.letters(of: told.events)
        _ = try await fixture.journal.accept(letters, reason: "Ann knows")
        // Whoever else is in hand has an end first.
        try await fixture.erase(Self.ann)
        #expect(try fixture.filesHolding(Self.ann) == [])
        #expect(try await fixture.reader.knowledge(of: Person(rawValue: Self.ann)).everOptedOut)
        #expect(try await fixture.failedChecks() == [])
    }

    @Test func isRefusedWhileACallbackThatNamesThePersonIsNotDecoded() async throws {
        let fixture = try await worldOfAnn()
        let id = try await fixture.journal.append([.sample(#"{"email":"Ann.lee@example.com"}"#)])[0]
        await #expect(throws: ErasureRefusal.undecoded(callbackID: id)) { try await fixture.erase(Self.ann) }
        #expect(try await fixture.text("SELECT state FROM callback WHERE id = \(id)") == "received")
    }
}
