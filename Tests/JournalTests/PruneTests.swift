import Foundation
import GRDB
import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("What a prune takes away, and what it never does", .timeLimit(.minutes(1)))
struct PruneTests {
    static let everything = JournalRetention(
        callbacks: .days(90),
        events: .days(90),
        effects: .days(90),
        requests: .days(90),
        profiles: .days(90)
    )

    @Test func oldCallbackIsEmptiedAndItsRowAndChainStay() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        let kept = "SELECT id, received_at, source, method, hex(digest), hex(chain) FROM callback"
        let before = try await fixture.rows(kept)
        fixture.time.advance(by: .days(89))
        #expect(try await fixture.prune()[.callbacks]?.changed == 0)
        fixture.time.advance(by: .days(2))
        #expect(try await fixture.prune()[.callbacks]?.changed == 1)
        let row = try await fixture.row("SELECT state, body, query, remote_address, salt FROM callback")
        #expect(row.cells == [.text("pruned"), .null, .null, .null, .null])
        #expect(try await fixture.rows(kept) == before)
        #expect(try await fixture.callbackChainFaults() == [])
        #expect(try await fixture.prune().changed == 0, "what is gone is not taken again")
        #expect(try await fixture.journal.append([.sample()]) == [2])
        #expect(try await fixture.callbackChainFaults() == [])
    }

    /// Everything that is asked of an opt-out years later is answered as on its first day.
    @Test func proofOfAnOptOutStaysWhole() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        try await fixture.live(.sample(.unsubscribe, contactID: "c1", listID: "L", reason: "complaint"))
        try await fixture.writeLeadCreatedOptedOut()
        let questions = [
            "SELECT * FROM opt_out_audit", "SELECT *, hex(chain) FROM consent_change", "SELECT * FROM consent",
            "SELECT * FROM attempt", "SELECT * FROM effect WHERE json_extract(fields, '$.HasOptedOutOfEmail')",
            "SELECT id, person, state, payload FROM event WHERE opt_out = 1",
            "SELECT id, hex(body), state, hex(salt) FROM callback WHERE id = 2",
        ]
        let before = try await fixture.answers(questions)
        fixture.time.advance(by: .days(4000))
        let report = try await fixture.prune()
        #expect(report[.callbacks]?.changed == 2)
        #expect(report[.optOutCallbacks] == nil)
        #expect(report[.effects]?.changed == 1, "the Lead's first upsert")
        #expect(try await fixture.answers(questions) == before)
        #expect(try await fixture.consentChainFaults() == [])
    }

    @Test func rawContentsOfAnOptOutGoOnlyWhereTheirAgeIsSet() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.unsubscribe, contactID: "c1"))
        try await fixture.live(.sample(.subscribe, contactID: "c2"))
        let audit = try await fixture.rows("SELECT * FROM opt_out_audit")
        fixture.time.advance(by: .days(400))
        let report = try await fixture.prune(JournalRetention(callbacks: nil, optOutCallbacks: .days(365), events: nil))
        #expect(report.counts.map(\.target) == [.optOutCallbacks, .effects, .requests, .profiles])
        #expect(try await fixture.column("SELECT state FROM callback ORDER BY id") == ["pruned", "decoded"])
        #expect(try await fixture.rows("SELECT * FROM opt_out_audit") == audit)
        #expect(try await fixture.callbackChainFaults() == [])
    }

    @Test func whatIsOpenOrDeadKeepsEverything() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "dead"), .dead(.data, "refused"))
        try await fixture.live(
            .sample(.open, email: "r@x"),
            .retry(at: fixture.now.advanced(by: .days(9999)), .transient, "later")
        )
        try await fixture.tell(.sample(.open, email: "a@x"))
        _ = try await fixture.journal.append([.sample("undecoded")])
        let questions = [
            "SELECT id, state, hex(body) FROM callback", "SELECT id, state, payload, pruned_at FROM event",
        ]
        let before = try await fixture.answers(questions)
        fixture.time.advance(by: .days(400))
        #expect(try await fixture.prune().changed == 0)
        #expect(try await fixture.answers(questions) == before)
    }

    /// What held a callback back is gone: it is found although later ones were pruned long before.
    @Test func deadLetterThatIsDiscardedIsPrunedByALaterRun() async throws {
        let fixture = try JournalFixture()
        let dead = try await fixture.live(.sample(.subscribe, contactID: "c1"), .dead(.data, "refused"))
        for number in 2...5 {
            try await fixture.live(.sample(.subscribe, email: "\(number)@x", contactID: "c\(number)"))
        }
        fixture.time.advance(by: .days(100))
        #expect(try await fixture.prune()[.callbacks]?.changed == 4)
        try await fixture.journal.discard(dead.events[0], reason: "a test")
        #expect(try await fixture.prune()[.callbacks]?.changed == 1)
        #expect(try await fixture.prune()[.events]?.changed == 0, "its own age counts from the discarding")
        fixture.time.advance(by: .days(91))
        #expect(try await fixture.prune()[.events]?.changed == 1)
    }

    @Test func arrayIsEmptiedWholeAndOnlyWhenAllOfItIsFinished() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(
            .sample(.subscribe, email: "1@x"),
            .sample(.subscribe, email: "2@x", position: 1)
        )
        let first = try await fixture.claim(limit: 1)[0]
        try await fixture.journal.conclude(first.ticket, with: .completed(outcome: "applied"))
        fixture.time.advance(by: .days(100))
        #expect(try await fixture.prune()[.callbacks]?.changed == 0)
        try await fixture.carryOutAll()
        #expect(try await fixture.prune()[.callbacks]?.changed == 1)
    }

    @Test func payloadGoesAndTheEventStays() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.subscribe, contactID: "c1", listID: "L"))
        let kept = "SELECT id, idempotency_key, person, contact_id, list_id, occurred_at, state, outcome FROM event"
        let before = try await fixture.rows(kept)
        fixture.time.advance(by: .days(91))
        let at = fixture.now
        #expect(try await fixture.prune()[.events]?.changed == 1)
        #expect(try await fixture.rows(kept) == before)
        let row = try await fixture.row("SELECT payload, pruned_at FROM event")
        #expect(row.cells == [.text(#"{"contact":{}}"#), .integer(at.milliseconds)])
        #expect(try await fixture.reader.eventDetails(told.events[0]).isEmpty == false)
        #expect(try await fixture.reader.knowledge(of: Person(rawValue: "ann@example.com")).contactIDs == ["c1"])
    }

    @Test func subscribeOfSomebodyWhoOptedOutStaysReadable() async throws {
        let fixture = try JournalFixture()
        for email in ["ann@example.com", "bob@example.com"] {
            try await fixture.live(.sample(.subscribe, email: email, listID: "L"))
        }
        try await fixture.live(.sample(.unsubscribe, email: "ann@example.com"), .completed(outcome: "unknownPerson"))
        fixture.time.advance(by: .days(400))
        #expect(try await fixture.prune()[.events]?.changed == 1)
        let rows = try await fixture.rows("SELECT person FROM event WHERE pruned_at IS NULL ORDER BY id")
        #expect(rows.map(\.cells) == [[.text("ann@example.com")], [.text("ann@example.com")]])
    }

    @Test func requestsStayAsLongAsTheyCount() async throws {
        let fixture = try JournalFixture()
        let event = try await fixture.tell(.sample(.subscribe, contactID: "c1")).events[0]
        try await fixture.insertRequest(id: 1, age: .days(100), event: nil)
        try await fixture.insertRequest(id: 2, age: .days(100), event: event)
        // Written while the wall clock was wrong, in this boot, a moment ago.
        try await fixture.insertRequest(id: 3, age: .days(100), bootAge: .seconds(60), event: nil)
        try await fixture.insertRequest(id: 4, age: .seconds(5000), event: nil)
        #expect(try await fixture.prune(.all(.days(30)))[.requests]?.changed == 1)
        #expect(try await fixture.integers("SELECT id FROM api_request") == [2, 3, 4])
        try await fixture.carryOutAll()
        fixture.time.advance(by: .seconds(3000))
        #expect(try await fixture.prune(.all(.zero))[.requests]?.changed == 2, "two hours stay in any case")
        #expect(try await fixture.integers("SELECT id FROM api_request") == [3])
    }

    @Test func profileStaysWhileItsContactHasSomethingToDo() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2"] {
            try await fixture.keepProfile(ContactDetails(contactID: contact, name: "A"), contactID: contact)
        }
        fixture.time.advance(by: .days(91))
        try await fixture.tell(.sample(.subscribe, contactID: "c2"))
        #expect(try await fixture.prune()[.profiles]?.changed == 1)
        #expect(try await fixture.column("SELECT contact_id FROM profile") == ["c2"])
    }

    @Test func whatIsKeptForEverIsNotLookedAt() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        fixture.time.advance(by: .days(9999))
        let never = JournalRetention(callbacks: nil, events: nil, effects: nil, requests: nil, profiles: nil)
        #expect(try await fixture.prune(never.replacingAges(with: .zero)) == PruneReport(isDryRun: false))
    }
}

extension JournalRetention {
    /// One age for all but opt-outs.
    static func all(_ age: Duration) -> JournalRetention { JournalRetention().replacingAges(with: age) }
}

extension JournalFixture {
    func prune(
        _ retention: JournalRetention = PruneTests.everything,
        isDryRun: Bool = false,
        rest: @escaping @Sendable (Duration) async throws -> Void = { _ in },
        progress: (PruneReport) -> Void = { _ in }
    ) async throws -> PruneReport {
        try await JournalPruner(journal: journal, retention: retention, isDryRun: isDryRun, rest: rest)
            .run(progress: progress)
    }

    func column(_ sql: String) async throws -> [String] {
        try await journal.read { db in try String.fetchAll(db, sql: sql) }
    }

    fileprivate func answers(_ questions: [String]) async throws -> [[TableRow]] {
        var answers: [[TableRow]] = []
        for question in questions { answers.append(try await rows(question)) }
        return answers
    }

    /// Somebody who is opted out subscribes again: the Lead is created with the flag set.
    fileprivate func writeLeadCreatedOptedOut() async throws {
        try await tell(.sample(.subscribe, email: "ann@example.com", contactID: "c9"))
        let event = try await claimOne()
        let intent = EffectIntent(
            kind: .leadUpsert,
            object: .lead,
            target: .externalID(field: "C", value: "c9"),
            fields: ["LastName": "Doe", "HasOptedOutOfEmail": true]
        )
        let effect = try await journal.beginEffects([intent], of: event, mappingVersion: "1")[0]
        try await journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            results: [EffectResult(effectID: effect.id, state: .confirmed)]
        )
    }

    fileprivate func insertRequest(id: Int64, age: Duration, bootAge: Duration? = nil, event: Int64?) async throws {
        let reading = time.read()
        let boot = bootAge.map { reading.boot - $0.wholeMilliseconds } ?? 1
        try await execute(
            """
            INSERT INTO api_request (id, purpose, granted_at, boot_id, granted_boot, worker, event_id)
            VALUES (\(id), 'contact', \(reading.wall - age.wholeMilliseconds), '\(bootAge == nil ? "boot-0" : reading.bootID)',
                \(boot), 'w', \(event.map(String.init) ?? "NULL"))
            """
        )
    }
}
