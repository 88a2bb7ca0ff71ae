import Foundation
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Records against the journal's consent", .timeLimit(.minutes(1)))
struct DriftTests {
    @Test func ofPeopleWhoOptedOutAreFoundByAddressAndByContact() async throws {
        let fixture = try JournalFixture()
        try await fixture.optOut("jane@acme.example", "c1")
        let records = [
            record("00Q1", "JANE@acme.example"), record("00Q2", "other@acme.example", "c1"),
            record("00Q3", "joe@acme.example"), record("00Q4", nil),
        ]
        let findings = try await fixture.drifts(among: records)
        #expect(findings.counts == [.drifted: 2])
        // One repair reaches all records of the person.
        #expect(findings.drifts.map(\.person.rawValue) == ["jane@acme.example"])
        #expect(findings.drifts.map { $0.key(isRepair: true) } == ["drift:00Q1:5000"])
    }

    @Test func areOnTheirWayWhileAnOptOutIsAndSinceSalesforceWasAsked() async throws {
        let fixture = try JournalFixture()
        let askedAt = fixture.now
        try await fixture.tell(.sample(.unsubscribe, email: "jane@acme.example", contactID: "c1"))
        let records = [record("00Q1", "jane@acme.example")]
        let open = try await fixture.drifts(among: records, askedAt: askedAt)
        #expect(open.counts == [.pending: 1] && open.drifts.isEmpty)
        try await fixture.end(.completed(outcome: "applied"))
        let ended = try await fixture.drifts(among: records, askedAt: askedAt)
        #expect(ended.counts == [.pending: 1])
        fixture.time.advance(by: .seconds(1))
        let later = try await fixture.drifts(among: records)
        #expect(later.counts == [.drifted: 1])
    }

    @Test func areAPersonsTurnWhereTheOptOutDied() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe, email: "jane@acme.example", contactID: "c1"))
        try await fixture.end(.dead(.data, "no"))
        fixture.time.advance(by: .seconds(1))
        let findings = try await fixture.drifts(among: [record("00Q1", "jane@acme.example")])
        #expect(findings.counts == [.givenUp: 1])
    }

    @Test func areFoundByTheNewAddressOfSomebodyWhoLeftUnderAnEarlierOne() async throws {
        let fixture = try JournalFixture()
        try await fixture.optOut("jane@old.example", "c1")
        let move = DecodedElement.sample(
            .emailChanged,
            email: "jane@new.example",
            contactID: "c1",
            previousEmail: "jane@old.example"
        )
        try await fixture.tell(move)
        try await fixture.end(.completed(outcome: "applied"))
        fixture.time.advance(by: .seconds(1))
        let records = [record("00Q1", "jane@new.example")]
        let findings = try await fixture.drifts(among: records)
        #expect(findings.counts == [.drifted: 1])
    }

    @Test func areAPersonsTurnWhereTheLastOptOutWasAcceptedOrDiscarded() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe, email: "jane@acme.example", contactID: "c1"))
        try await fixture.end(.dead(.data, "no"))
        fixture.time.advance(by: .seconds(1))
        let path = fixture.path
        for sql in ["accepted_reason = 'gone'", "state = 'discarded', discard_reason = 'no'"] {
            try PlainSQL.execute("UPDATE event SET \(sql) WHERE id = 1", in: path)
            let findings = try await fixture.drifts(among: [record("00Q1", "jane@acme.example")])
            #expect(findings.counts == [.givenUp: 1], "\(sql)")
        }
    }

    @Test func areAppendedOnceInTheSameState() async throws {
        let fixture = try JournalFixture()
        try await fixture.optOut("jane@acme.example", "c1")
        let records = [record("00Q1", "jane@acme.example")]
        let checkpoint = try await fixture.startSweep()
        let findings = try await fixture.drifts(among: records)
        let rows = findings.drifts.map(fixture.callback)
        #expect(try await fixture.journal.appendDrifts(rows, checkpoint: checkpoint) == 1)
        #expect(try await fixture.journal.appendDrifts(rows, checkpoint: checkpoint) == 0)
        let again = try await fixture.drifts(among: records)
        #expect(again.counts == [.known: 1])
        var changed = records[0]
        changed.stateAt = Timestamp(milliseconds: 9000)
        let other = try await fixture.drifts(among: [changed])
        #expect(other.counts == [.drifted: 1])
    }

    private func record(_ id: String, _ email: String?, _ contactID: String? = nil) -> SweptRecord {
        SweptRecord(
            object: .lead,
            recordID: id,
            email: email,
            contactID: contactID,
            changedAt: Timestamp(milliseconds: 5000)
        )
    }
}

@Suite("The turn to sweep", .timeLimit(.minutes(1)))
struct SweepTurnTests {
    private static let day: Duration = .seconds(86_400)

    @Test func comesADayAfterAWorkerFirstAskedAndTheFirstSweepIsAFullOne() async throws {
        let fixture = try JournalFixture()
        #expect(try await fixture.takeSweepTurn() == nil)
        fixture.time.advance(by: Self.day - .seconds(1))
        #expect(try await fixture.takeSweepTurn() == nil)
        fixture.time.advance(by: .seconds(1))
        let sweep = try #require(try await fixture.takeSweepTurn())
        #expect(sweep.isFull && sweep.stages == SweepStage.allCases && sweep.begin(of: .leads) == nil)
    }

    @Test func isFullAgainAfterAMonthAndLooksBackALittleInBetween() async throws {
        let fixture = try JournalFixture()
        var sweep = try await fixture.startSweep()
        sweep.position = Timestamp(milliseconds: 7_000_000)
        for _ in SweepStage.allCases { sweep.endStage(now: fixture.now) }
        #expect(try await fixture.journal.appendDrifts([], checkpoint: sweep) == 0)
        fixture.time.advance(by: Self.day)
        let next = try #require(try await fixture.takeSweepTurn())
        #expect(!next.isFull && next.begin(of: .leads) == Timestamp(milliseconds: 6_400_000))
        #expect(next.begin(of: .contacts) == nil)
        var end = next
        for _ in SweepStage.allCases { end.endStage(now: fixture.now) }
        _ = try await fixture.journal.appendDrifts([], checkpoint: end)
        fixture.time.advance(by: .seconds(29 * 86_400))
        #expect(try #require(try await fixture.takeSweepTurn()).isFull)
    }

    @Test func ofAWorkerThatStandsStillGoesToAnotherAfterAWhile() async throws {
        let fixture = try JournalFixture()
        let sweep = try await fixture.startSweep()
        #expect(try await fixture.takeSweepTurn("w2") == nil)
        #expect(try await fixture.takeSweepTurn()?.stages == sweep.stages)
        fixture.time.advance(by: .seconds(120))
        #expect(try await fixture.takeSweepTurn("w2") != nil)
        // The first one finds out when it next comes to write.
        #expect(try await fixture.journal.appendDrifts([], checkpoint: sweep) == nil)
    }

    @Test func isNotAFullOneForTheMonthWhereAStageWasLeftOut() async throws {
        let fixture = try JournalFixture()
        var sweep = try await fixture.startSweep()
        sweep.endStage(now: fixture.now)
        sweep.endStage(now: fixture.now, isSkipped: true)
        sweep.endStage(now: fixture.now)
        #expect(sweep.finishedAt != nil && sweep.lastFullAt == nil)
    }
}

extension JournalFixture {
    fileprivate func drifts(among records: [SweptRecord], askedAt: Timestamp? = nil) async throws -> SweepFindings {
        try await journal.reader.drifts(among: records, askedAt: askedAt ?? now, isRepair: true) { $0.everOptedOut }
    }

    /// An opt-out that was carried out a second ago.
    fileprivate func optOut(_ email: String, _ contactID: String) async throws {
        try await tell(.sample(.unsubscribe, email: email, contactID: contactID))
        try await end(.completed(outcome: "applied"))
        time.advance(by: .seconds(1))
    }

    /// Ends the only event that can be claimed.
    fileprivate func end(_ conclusion: EventConclusion) async throws {
        try await journal.conclude(claimOne().ticket, with: conclusion)
    }

    fileprivate func callback(_ drift: Drift) -> NewCallback {
        NewCallback(
            receivedAt: now,
            source: .reconcile,
            method: "SYNTHETIC",
            webhookID: drift.key(isRepair: true),
            body: Data("{}".utf8)
        )
    }

    fileprivate func takeSweepTurn(_ runner: String = "w1") async throws -> SweepCheckpoint? {
        let turn = try await journal.takeSweepTurn(
            runner: runner,
            interval: .seconds(86_400),
            fullInterval: .seconds(30 * 86_400)
        )
        guard case .start(let checkpoint) = turn else { return nil }
        return checkpoint
    }

    fileprivate func startSweep() async throws -> SweepCheckpoint {
        _ = try await takeSweepTurn()
        time.advance(by: .seconds(86_400))
        guard let checkpoint = try await takeSweepTurn() else { throw FixtureError.unexpected("no turn") }
        return checkpoint
    }
}
