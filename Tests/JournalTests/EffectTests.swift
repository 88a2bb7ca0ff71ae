import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Effects", .timeLimit(.minutes(1)))
struct EffectTests {
    private static let lead = EffectIntent(
        kind: .leadUpsert,
        object: .lead,
        target: .externalID(field: "GetResponse_Contact_ID__c", value: "c1"),
        fields: ["LastName": "Kowalska", "HasOptedOutOfEmail": true, "Score": .number(1.5), "FirstName": .null],
        before: ["LastName": "Unknown"]
    )
    private static let click = EffectIntent(
        kind: .taskCreate,
        object: .task,
        target: .externalID(field: "GetResponse_Event_Key__c", value: "k1"),
        fields: ["Subject": "Email Click"]
    )

    private static let details = EffectIntent(
        kind: .optOutDetails,
        object: .lead,
        target: .record(id: "00Q1"),
        fields: ["Status": "Unsubscribed"],
        isBestEffort: true
    )

    @Test func effectIsWrittenBeforeItsRequest() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects(
            [Self.lead, Self.details],
            of: event,
            mappingVersion: "m1"
        )
        #expect(planned.map(\.isConfirmed) == [false, false])
        #expect(planned.map(\.intent) == [Self.lead, Self.details])
        let rows = try await fixture.rows(
            """
            SELECT idempotency_key, kind, person, object, record_id, external_key, fields, before, mapping_version, state,
                planned_at, sent_at
            FROM effect ORDER BY id
            """
        )
        let now = Cell.integer(fixture.now.milliseconds)
        #expect(
            rows.map(\.cells) == [
                [
                    .text("callback:1:0#0:lead.upsert:Lead:key=c1"), .text("lead.upsert"), .text("ann@example.com"),
                    .text("Lead"), .null, .text("c1"),
                    .text(#"{"FirstName":null,"HasOptedOutOfEmail":true,"LastName":"Kowalska","Score":1.5}"#),
                    .text(#"{"LastName":"Unknown"}"#), .text("m1"), .text("sent"), now, now,
                ],
                [
                    .text("callback:1:0#0:optout.details:Lead:id=00Q1"), .text("optout.details"),
                    .text("ann@example.com"), .text("Lead"), .text("00Q1"), .null,
                    .text(#"{"Status":"Unsubscribed"}"#), .text("{}"), .text("m1"), .text("planned"), now, .null,
                ],
            ]
        )
        #expect(try await fixture.integers("SELECT event_id FROM effect_event") == [1, 1])
    }

    @Test func openEffectsAreWhatHasNoEndYet() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects(
            [Self.lead, Self.details],
            of: event,
            mappingVersion: "m1"
        )
        let open = try #require(try await fixture.journal.openEffects(of: [1]).first)
        #expect(open.idempotencyKey == "callback:1:0#0:lead.upsert:Lead:key=c1")
        #expect(open.externalKey == "c1")
        #expect(open.fields == Self.lead.fields)
        try await fixture.journal.recordEffects(
            planned.map { EffectResult(effectID: $0.id, state: $0.intent == Self.lead ? .unknown : .failed) },
            of: event.ticket
        )
        #expect(try await fixture.journal.openEffects(of: [1]).map(\.id) == [planned[0].id])
        #expect(try await fixture.journal.openEffects(of: [2]).isEmpty)
    }

    @Test func confirmedTaskIsNotSentAgainByTheNextTry() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects(
            [Self.click, Self.details],
            of: first,
            mappingVersion: "m1"
        )
        let confirmed = EffectResult(
            effectID: planned[0].id,
            state: .confirmed,
            statusCode: 201,
            recordID: "00T7",
            created: true,
            confirmedAt: fixture.now
        )
        let failed = EffectResult(effectID: planned[1].id, state: .failed, statusCode: 400, errorText: "no such field")
        try await fixture.journal.conclude(
            first.ticket,
            with: .retry(at: fixture.now, .transient, "503"),
            results: [confirmed, failed]
        )
        let confirmedAt = fixture.now.milliseconds
        fixture.time.advance(by: .seconds(9))
        let second = try await fixture.claimOne()
        var changed = Self.click
        changed.fields = ["Subject": "Other"]
        let again = try await fixture.journal.beginEffects([changed, Self.details], of: second, mappingVersion: "m2")
        #expect(again.map(\.isConfirmed) == [true, false])
        #expect(again.map(\.id) == planned.map(\.id), "the same rows, by their keys")
        let rows = try await fixture.rows(
            "SELECT state, mapping_version, record_id, status_code, created_record, confirmed_at, error_text FROM effect"
        )
        #expect(
            rows.map(\.cells) == [
                [
                    .text("confirmed"), .text("m1"), .text("00T7"), .integer(201), .integer(1), .integer(confirmedAt),
                    .null,
                ],
                [.text("planned"), .text("m2"), .text("00Q1"), .integer(400), .null, .null, .null],
            ]
        )
        #expect(try await fixture.text("SELECT fields FROM effect WHERE id = 1")?.contains("Email Click") == true)
    }

    /// It is planned again only where the record does not hold it any more.
    @Test func confirmedUpdateThatIsPlannedAgainIsSentAgain() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects([Self.lead], of: first, mappingVersion: "m1")
        try await fixture.journal.conclude(
            first.ticket,
            with: .retry(at: fixture.now, .transient, "503"),
            results: [
                EffectResult(
                    effectID: planned[0].id,
                    state: .confirmed,
                    statusCode: 201,
                    recordID: "00Q7",
                    created: true,
                    verifiedAt: fixture.now
                )
            ]
        )
        fixture.time.advance(by: .seconds(9))
        let second = try await fixture.claimOne()
        let again = try await fixture.journal.beginEffects([Self.lead], of: second, mappingVersion: "m2")
        #expect(again.map(\.isConfirmed) == [false] && again[0].lostAt == nil)
        try await fixture.journal.recordEffects(
            [EffectResult(effectID: again[0].id, state: .confirmed, statusCode: 200, recordID: "00Q7", created: false)],
            of: second.ticket
        )
        let row = try await fixture.row("SELECT state, mapping_version, created_record, status_code FROM effect")
        #expect(row.cells == [.text("confirmed"), .text("m2"), .integer(1), .integer(200)], "it was made once")
    }

    /// A read-back after the confirmation adds its own time and leaves that of the confirmation.
    @Test func verificationKeepsTheTimeOfTheConfirmation() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let event = try await fixture.claimOne()
        let id = try await fixture.journal.beginEffects([Self.lead], of: event, mappingVersion: "m1")[0].id
        let first = fixture.now
        try await fixture.journal.recordEffects([EffectResult(effectID: id, state: .confirmed)], of: event.ticket)
        fixture.time.advance(by: .seconds(2))
        try await fixture.journal.recordEffects(
            [EffectResult(effectID: id, state: .confirmed, verifiedAt: fixture.now)],
            of: event.ticket
        )
        let times = try await fixture.row("SELECT confirmed_at, verified_at FROM effect")
        #expect(times.cells == [.integer(first.milliseconds), .integer(fixture.now.milliseconds)])
    }

    /// A later look that does not find the value takes the verification back, so that the next try sends it again.
    @Test func valueThatIsGoneAgainIsSentAgain() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        let id = try await fixture.journal.beginEffects([Self.lead], of: event, mappingVersion: "m1")[0].id
        try await fixture.journal.recordEffects(
            [EffectResult(effectID: id, state: .confirmed, verifiedAt: fixture.now)],
            of: event.ticket
        )
        try await fixture.journal.conclude(
            event.ticket,
            with: .retry(at: fixture.now, .transient, "the flag is not set"),
            results: [EffectResult(effectID: id, state: .failed, errorText: "the flag is not set")]
        )
        #expect(try await fixture.row("SELECT state, verified_at FROM effect").cells == [.text("failed"), .null])
        let again = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects([Self.lead], of: again, mappingVersion: "m1")
        #expect(planned.map(\.isConfirmed) == [false])
    }

    @Test func redriveOpensANewGenerationOfKeys() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        let first = try await fixture.claimOne()
        let planned = try await fixture.journal.beginEffects([Self.lead], of: first, mappingVersion: "m1")
        try await fixture.journal.conclude(
            first.ticket,
            with: .dead(.data, "x"),
            results: [EffectResult(effectID: planned[0].id, state: .confirmed)]
        )
        try await fixture.journal.replay(1)
        let replayed = try await fixture.claimOne()
        #expect(replayed.effectKey(of: Self.lead) == first.effectKey(of: Self.lead))
        let same = try await fixture.journal.beginEffects([Self.lead], of: replayed, mappingVersion: "m1")
        #expect(same.map(\.id) == planned.map(\.id), "the same effect")
        try await fixture.journal.conclude(replayed.ticket, with: .interrupted)
        try await fixture.execute("UPDATE event SET redrive = 1")
        let forced = try await fixture.claimOne()
        #expect(forced.effectKey(of: Self.lead) == "callback:1:0#1:lead.upsert:Lead:key=c1")
        let fresh = try await fixture.journal.beginEffects([Self.lead], of: forced, mappingVersion: "m1")
        #expect(fresh.map(\.isConfirmed) == [false])
        #expect(fresh[0].id != planned[0].id)
    }

    @Test func effectsOfOneEventAreKeptApartByTheirKeys() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        let intents = ["00Q1", "00Q2"].map {
            EffectIntent(
                kind: .optOutLead,
                object: .lead,
                target: .record(id: $0),
                fields: ["HasOptedOutOfEmail": true]
            )
        }
        let planned = try await fixture.journal.beginEffects(intents + intents, of: event, mappingVersion: "m1")
        #expect(planned.map(\.id) == [1, 2, 1, 2])
    }
}
