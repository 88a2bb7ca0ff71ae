import Foundation
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The audit of opt-outs", .timeLimit(.minutes(1)))
struct AuditTests {
    private static let columns = [
        "event_id", "person", "source", "reason", "occurred_at", "received_at", "state", "records", "confirmed_at",
        "seconds_to_confirm", "overdue", "outcome", "accepted_reason",
    ]

    @Test func rowOfAConfirmedOptOutNamesEveryRecord() async throws {
        let fixture = try JournalFixture()
        let received = fixture.now
        try await fixture.tell(
            .sample(.unsubscribe, reason: "unsubscribe", at: received.advanced(by: .seconds(-3))),
            source: .zapier
        )
        let event = try await fixture.claimOne()
        let intents = [
            EffectIntent(kind: .optOutLead, object: .lead, target: .record(id: "00Q1"), fields: [:]),
            EffectIntent(kind: .optOutContact, object: .contact, target: .record(id: "0031"), fields: [:]),
            EffectIntent(
                kind: .optOutDetails,
                object: .lead,
                target: .record(id: "00Q1"),
                fields: [:],
                isBestEffort: true
            ),
        ]
        let effects = try await fixture.journal.beginEffects(intents, of: event, mappingVersion: "1")
        fixture.time.advance(by: .milliseconds(700))
        let written = fixture.now
        let results = effects.enumerated().map { index, effect in
            EffectResult(
                effectID: effect.id,
                state: .confirmed,
                confirmedAt: written,
                verifiedAt: index < 2 ? written.advanced(by: .milliseconds(100 * (index + 1))) : nil
            )
        }
        fixture.time.advance(by: .seconds(1))
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"), results: results)
        let row = try #require(try await fixture.reader.optOutAudit().first)
        #expect(row.columns == Self.columns)
        let (start, at) = (received.milliseconds, written.milliseconds)
        #expect(
            row.cells == [
                .integer(1), .text("ann@example.com"), .text("zapier"), .text("unsubscribe"), .integer(start - 3000),
                .integer(start), .text("completed"),
                .text(
                    """
                    [{"object":"Lead","id":"00Q1","written_at":\(at),"verified_at":\(at + 100),"request_id":null},\
                    {"object":"Contact","id":"0031","written_at":\(at),"verified_at":\(at + 200),"request_id":null}]
                    """
                ),
                .integer(at + 200), .real(0.9), .integer(0), .text("applied"), .null,
            ]
        )
        #expect(try await fixture.rows("SELECT * FROM opt_out_audit").first?.columns == Self.columns)
    }

    /// Nobody in Salesforce is this person: confirmed by having looked.
    @Test func unknownPersonIsConfirmedWhenItWasLookedFor() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        fixture.time.advance(by: .milliseconds(1500))
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "unknownPerson"))
        let row = try #require(try await fixture.reader.optOutAudit().first)
        #expect(row["records"] == .text("[]"))
        #expect(row["confirmed_at"] == .integer(fixture.now.milliseconds))
        #expect(row["seconds_to_confirm"] == .real(1.5))
        #expect(row["overdue"] == .integer(0))
    }

    @Test func writtenButNotCompletedIsNotConfirmed() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        let intent = EffectIntent(kind: .optOutLead, object: .lead, target: .record(id: "00Q1"), fields: [:])
        let effects = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")
        try await fixture.journal.recordEffects(
            [EffectResult(effectID: effects[0].id, state: .confirmed, verifiedAt: fixture.now)],
            of: event.ticket
        )
        let row = try #require(try await fixture.reader.optOutAudit().first)
        #expect(row["state"] == .text("running"))
        #expect(row["confirmed_at"] == .null)
        #expect(row["seconds_to_confirm"] == .null)
    }

    /// The view compares with SQLite's own clock, so the clocks of this test start at the machine's time.
    @Test func overdueComparesWithTheSettingAndNeverForgivesADeadOne() async throws {
        let fixture = try JournalFixture(time: ManualTimeSource(wall: Int64(Date().timeIntervalSince1970 * 1000)))
        func overdue() async throws -> [Cell] {
            try await fixture.reader.optOutAudit(OptOutQuery(isOverdueOnly: true)).map { $0["event_id"] }
        }
        fixture.time.jumpWall(by: .seconds(-400))
        try await fixture.tell(.sample(.unsubscribe, email: "1@x"))
        fixture.time.jumpWall(by: .seconds(300))
        try await fixture.tell(.sample(.unsubscribe, email: "2@x"), .sample(.unsubscribe, email: "3@x", position: 1))
        #expect(try await overdue() == [.integer(1)], "five minutes is the default")
        try await fixture.journal.storeSetting("optOut.deadline", value: "50000")
        #expect(try await overdue() == [.integer(1), .integer(2), .integer(3)])
        try await fixture.journal.storeSetting("optOut.deadline", value: "86400000")
        #expect(try await overdue() == [])
        let events = try await fixture.claim()
        try await fixture.journal.conclude(events[0].ticket, with: .dead(.data, "refused"))
        try await fixture.journal.conclude(events[1].ticket, with: .dead(.data, "refused"))
        try await fixture.journal.discard(2, reason: "test")
        #expect(try await overdue() == [.integer(1), .integer(2)])
        try await fixture.execute("UPDATE event SET accepted_reason = 'done by hand' WHERE id = 2")
        #expect(try await overdue() == [.integer(1)])
        try await fixture.journal.replay(1)
        let again = try await fixture.claimOne()
        try await fixture.journal.conclude(again.ticket, with: .completed(outcome: "applied"))
        #expect(try await overdue() == [])
    }

    @Test func pagesByKeyAndSinceCoverEachRowOnce() async throws {
        let fixture = try JournalFixture()
        var expected: [Int64] = []
        var since: Timestamp?
        for number in 0..<25 {
            if number == 10 { since = fixture.now }
            let told = try await fixture.tell(
                .sample(.subscribe, email: "\(number)@x"),
                .sample(.unsubscribe, email: "\(number)@x", position: 1)
            )
            expected.append(told.events[1])
            // Several are received at the same time, as in one delivery.
            if number % 3 == 0 { fixture.time.advance(by: .seconds(1)) }
        }
        var seen: [Int64] = []
        var place: OptOutPlace?
        while true {
            let page = try await fixture.reader.optOutAudit(after: place, limit: 7)
            guard let last = page.last else { break }
            #expect(page.count <= 7)
            seen += page.map(\.eventID)
            place = OptOutPlace(last)
        }
        #expect(seen == expected)
        let later = try await fixture.reader.optOutAudit(OptOutQuery(since: since)).map(\.eventID)
        #expect(later == Array(expected[10...]))
        let earlier = try await fixture.reader.optOutAudit(OptOutQuery(until: since)).map(\.eventID)
        #expect(earlier + later == expected)
    }

    @Test func otherEventsAreNoOptOuts() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe), .sample(.removed, position: 1), .sample(.open, position: 2))
        #expect(try await fixture.reader.optOutAudit() == [])
    }
}

extension TableRow {
    fileprivate var eventID: Int64 {
        guard case .integer(let id) = self["event_id"] else { return -1 }
        return id
    }
}
