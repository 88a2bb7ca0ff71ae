import Foundation
import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("The check of a journal", .timeLimit(.minutes(1)))
struct JournalCheckTests {
    /// A history with everything in it, and nothing wrong with it; ids in the order in which things are told:
    /// 1 subscribe (Lead made), 2 click (Task made), 3 opt-out, 4 opt-out of a stranger, 5 dead, 6 discarded, 7 running,
    /// 8 available; effects 1 to 3 are of the first three events.
    static func history() async throws -> JournalFixture {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        try await fixture.live(.sample(.click))
        try await fixture.live(.sample(.unsubscribe, contactID: "c1"))
        try await fixture.live(.sample(.unsubscribe, email: "who@x"), .completed(outcome: "unknownPerson"))
        try await fixture.live(.sample(.subscribe, email: "5@x", contactID: "c5"), .dead(.data, "refused"))
        try await fixture.live(.sample(.subscribe, email: "6@x", contactID: "c6"), .dead(.data, "refused"))
        try await fixture.journal.discard(6, reason: "a test")
        try await fixture.tell(.sample(.subscribe, email: "7@x", contactID: "c7"))
        _ = try await fixture.claimOne()
        try await fixture.tell(.sample(.subscribe, email: "8@x", contactID: "c8"))
        for number in 1...3 {
            let reading = fixture.time.read()
            try await fixture.execute(
                """
                INSERT INTO api_request (purpose, granted_at, boot_id, granted_boot, worker)
                VALUES ('contact', \(reading.wall), '\(number == 1 ? "boot-0" : reading.bootID)', \(reading.boot), 'w')
                """
            )
            fixture.time.advance(by: .seconds(1200))
        }
        return fixture
    }

    @Test func soundJournalPassesEverything() async throws {
        let fixture = try await Self.history()
        let results = try await fixture.check()
        #expect(
            results.map(\.check) == [
                "integrity", "foreignKeys", "schema", "chain.callback", "chain.consent_change", "invariant1",
                "invariant2",
                "invariant3", "invariant4", "invariant5", "invariant6", "invariant7", "erasure", "vacuum",
            ]
        )
        for result in results {
            #expect(result.verdict == .ok, "\(result)")
            #expect(result.faultCount == 0)
        }
    }

    @Test func prunedAndErasedRowsPass() async throws {
        let fixture = try await Self.history()
        try await fixture.execute(
            """
            UPDATE callback SET state = 'erased', body = NULL, query = NULL, remote_address = NULL, salt = NULL WHERE id = 3;
            UPDATE consent_change SET person = NULL, salt = NULL WHERE event_id = 3;
            """
        )
        fixture.time.advance(by: .days(400))
        #expect(try await fixture.prune(.all(.days(1))).changed > 3)
        let failed = try await fixture.check().filter { $0.verdict == .failed }
        // The event that nobody takes has waited for a year by now.
        #expect(failed.flatMap(\.faults).map(\.row) == [8], "\(failed)")
    }

    @Test(arguments: [
        // 1. Acknowledged is durable.
        ("invariant1", "callback", 2, "UPDATE callback SET state = 'received' WHERE id = 2"),
        ("invariant1", "callback", 9, "UPDATE checkpoint SET value = '9' WHERE name = 'decode'"),
        (
            "invariant1", "callback", 8,
            """
            UPDATE checkpoint SET value = '7' WHERE name = 'decode';
            UPDATE callback SET state = 'pruned', body = NULL, query = NULL, remote_address = NULL, salt = NULL WHERE id = 8
            """
        ),
        // 2. Effects happen once.
        ("invariant2", "effect", 2, "UPDATE effect SET object = 'Lead' WHERE id = 2"),
        (
            "invariant2", "effect", 4,
            """
            CREATE TEMP TABLE again AS SELECT * FROM effect WHERE id = 2;
            UPDATE again SET id = 4, idempotency_key = 'another', record_id = '00T9';
            INSERT INTO effect SELECT * FROM again
            """
        ),
        (
            "invariant2", "effect", 4,
            """
            CREATE TEMP TABLE again AS SELECT * FROM effect WHERE id = 2;
            UPDATE again SET id = 4, idempotency_key = 'another', record_id = '00T9', external_key = NULL;
            INSERT INTO effect SELECT * FROM again
            """
        ),
        // 3. An opt-out is never undone by the machine.
        ("invariant3", "effect", 3, #"UPDATE effect SET fields = '{"HasOptedOutOfEmail":false}' WHERE id = 3"#),
        (
            "invariant3", "effect", 1,
            #"UPDATE effect SET fields = '{"HasOptedOutOfEmail":false}', person = 'stranger@x' WHERE id = 1"#
        ),
        // 4. Opt-outs are verified, or there was nobody.
        ("invariant4", "event", 3, "UPDATE effect SET verified_at = NULL WHERE id = 3"),
        ("invariant4", "event", 3, "UPDATE effect SET verified_at = NULL, state = 'unknown' WHERE id = 3"),
        ("invariant4", "event", 3, "UPDATE effect SET verified_at = NULL, state = 'failed' WHERE id = 3"),
        ("invariant4", "event", 4, "UPDATE event SET outcome = 'applied' WHERE id = 4"),
        ("invariant4", "event", 4, "UPDATE event SET outcome = 'ignored' WHERE id = 4"),
        ("invariant4", "event", 3, "DELETE FROM consent_change WHERE event_id = 3"),
        // 5. The cap holds; the second and third request are of one boot, the first is of another.
        ("invariant5", "api_request", 3, "UPDATE api_request SET granted_boot = 1 WHERE id > 1"),
        ("invariant5", "api_request", 2, "UPDATE api_request SET granted_at = granted_at - 1200000 WHERE id = 2"),
        // 6. One person at a time.
        (
            "invariant6", "event", 8,
            """
            UPDATE event SET state = 'running', claim = 1, lease_owner = 'w2', lease_until = 1, person = '7@x' WHERE id = 8
            """
        ),
        (
            "invariant6", "event", 8,
            """
            UPDATE event SET state = 'running', claim = 1, lease_owner = 'w2', lease_until = 1, contact_id = 'c7' WHERE id = 8
            """
        ),
        (
            "invariant6", "event", 8,
            """
            UPDATE event SET state = 'running', claim = 1, lease_owner = 'w2', lease_until = 1, previous_person = '7@x'
            WHERE id = 8
            """
        ),
        (
            "invariant6", "event", 8,
            "UPDATE event SET person = '7@x' WHERE id = 8; UPDATE event SET person_number = 99 WHERE id = 8"
        ),
        // 7. Nothing is dropped in silence.
        ("invariant7", "event", 8, "DELETE FROM ready WHERE event_id = 8"),
        ("invariant7", "event", 1, "UPDATE event SET outcome = NULL WHERE id = 1"),
        ("invariant7", "event", 1, "UPDATE event SET finalized_at = NULL WHERE id = 1"),
        ("invariant7", "event", 5, "UPDATE event SET last_error = NULL WHERE id = 5"),
        ("invariant7", "event", 6, "UPDATE event SET discard_reason = ' ' WHERE id = 6"),
        ("invariant7", "event", 7, "UPDATE event SET lease_until = NULL WHERE id = 7"),
        ("invariant7", "event", 7, "UPDATE event SET lease_owner = NULL WHERE id = 7"),
        ("invariant7", "event", 1, "DELETE FROM attempt WHERE event_id = 1"),
        (
            "invariant7", "event", 8,
            "UPDATE event SET state = 'snoozed', available_at = available_at + 3456000000 WHERE id = 8"
        ),
        (
            "invariant7", "event", 8,
            "UPDATE event SET state = 'snoozed', waits_for = 'profile', contact_id = NULL WHERE id = 8"
        ),
        ("invariant7", "event", 8, "UPDATE event SET available_at = available_at - 172800000 WHERE id = 8"),
        ("invariant7", "event", 8, "DELETE FROM delivery WHERE event_id = 8"),
        ("invariant7", "callback", 8, "DELETE FROM delivery WHERE event_id = 8"),
        ("invariant7", "delivery", 8, "UPDATE delivery SET event_id = 99 WHERE callback_id = 8"),
    ])
    func brokenPromiseIsNamedByItsRow(name: String, table: String, row: Int64, sql: String) async throws {
        let fixture = try await Self.history()
        try fixture.tamper(sql)
        let results = try await fixture.check(cap: name == "invariant5" ? 1 : 400)
        let broken = results.filter { $0.verdict == .failed && $0.check.hasPrefix("invariant") }
        #expect(broken.map(\.check) == [name], "\(results.filter { $0.verdict == .failed })")
        #expect(broken.first?.faults.contains { $0.table == table && $0.row == row } == true, "\(broken)")
    }

    /// With the requests twenty minutes apart, three leave within an hour.
    @Test(arguments: [(3, 0), (2, 1), (1, 2)])
    func windowIsCountedAgainstTheCap(cap: Int, faults: Int) async throws {
        let fixture = try await Self.history()
        let result = try #require(try await fixture.check(cap: cap).first { $0.check == "invariant5" })
        #expect(result.faultCount == faults)
    }

    @Test func clearingAfterALaterSubscribeIsNoFault() async throws {
        let fixture = try await Self.history()
        try await fixture.live(.sample(.subscribe, contactID: "c1", at: fixture.now))
        try fixture.tamper(
            """
            UPDATE effect SET fields = '{"HasOptedOutOfEmail":false}', created_record = 0
            WHERE id = (SELECT max(id) FROM effect)
            """
        )
        #expect(try await fixture.check().allSatisfy { $0.verdict != .failed || $0.check == "invariant7" })
    }

    @Test func recordThatWasGoneNeedsNoReadBack() async throws {
        let fixture = try await Self.history()
        try fixture.tamper(
            "UPDATE effect SET verified_at = NULL, state = 'failed', error_text = 'The record is gone.' WHERE id = 3"
        )
        #expect(try await fixture.check().allSatisfy { $0.verdict != .failed })
    }

    @Test func hundredFaultsAreNamedAndAllAreCounted() async throws {
        let fixture = try await PruneStepsTests.filled(callbacks: 150, bodyBytes: 1)
        try fixture.tamper("UPDATE event SET outcome = NULL")
        let result = try #require(try await fixture.check().first { $0.check == "invariant7" })
        #expect(result.faultCount == 150)
        #expect(result.faults.count == 100)
    }
}

extension JournalFixture {
    func check(cap: Int = 400, key: String? = nil) async throws -> [CheckResult] {
        try await JournalCheck(path: path, key: key, requestCap: cap, time: time).run()
    }
}
