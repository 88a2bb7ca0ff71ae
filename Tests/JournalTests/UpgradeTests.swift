import Foundation
import GRDB
import Model
import TestSupport
import Testing
import Time

@testable import Journal

/// A file of version 0.1.0, whose schema was 5, goes on where it was.
@Suite("Upgrade in place", .timeLimit(.minutes(1)))
struct UpgradeTests {
    private static let released = 5

    @Test func filledJournalGoesOnWithItsRowsItsChainAndItsQueue() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        let time = ManualTimeSource()
        try fillReleased(path, now: time.read().wall)
        let journal = try EventJournal(configuration: JournalConfiguration(path: path, key: "k"), time: time)
        #expect(try await journal.read(SchemaMigrator.version(of:)) == Migrations.latest)
        let results = try await JournalCheck(path: path, key: "k", requestCap: 400, time: time).run()
        for result in results where result.verdict == .failed { Issue.record("\(result)") }
        // What waited can be carried out, one person at a time, and what is told now follows in the chain.
        #expect(try await journal.append([.sample(receivedAt: Timestamp(milliseconds: time.read().wall))]) == [4])
        #expect(try await journal.reader.undecodedCallbacks(limit: 10).map(\.id) == [3, 4])
        let claimed = try await journal.claim(
            owner: "w",
            limit: 10,
            rota: LaneRota(patience: .seconds(1_000_000)),
            leaseDuration: .seconds(60)
        ).events
        #expect(claimed.map(\.person?.rawValue) == ["ann@example.com"])
        #expect(try await journal.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM api_request") } == 1)
        time.advance(by: .days(400))
        let report = try await JournalPruner(journal: journal, retention: .all(.days(1)), rest: { _ in }).run()
        #expect(report[.callbacks]?.changed == 0, "one is an opt-out's, one's event is in hand, one is not decoded")
        #expect(report[.requests]?.changed == 1)
    }

    /// An interrupted upgrade has done whole steps, and the next start does the rest.
    @Test(arguments: released..<Migrations.latest)
    func interruptedUpgradeGoesOn(version: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try fillReleased(path, now: 1_776_762_900_000)
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            for step in Migrations.all where step.number > Self.released && step.number <= version {
                try db.execute(sql: step.sql)
            }
        }
        try queue.close()
        _ = try EventJournal(
            configuration: JournalConfiguration(path: path, key: "k"),
            time: ManualTimeSource()
        )
        let failed = try await JournalCheck(path: path, key: "k", requestCap: 400, time: ManualTimeSource()).run()
            .filter {
                $0.verdict == .failed
            }
        #expect(failed == [])
    }

    /// A journal as 0.1.0 wrote it: an opt-out that was carried out, an event that waits, a callback that is not decoded.
    private func fillReleased(_ path: String, now: Int64) throws {
        let chain = Chain(key: try ChainKey(configured: "k", journalPath: path, mayMakeFile: false))
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            for step in Migrations.all where step.number <= Self.released { try db.execute(sql: step.sql) }
            let callbacks = (1...3).map { NewCallback.sample("\($0)", receivedAt: Timestamp(milliseconds: now)) }
            _ = try CallbackTable.append(callbacks, to: db, chain: chain)
            try db.execute(
                sql: """
                    UPDATE callback SET state = 'decoded' WHERE id < 3;
                    UPDATE checkpoint SET value = '2' WHERE name = 'decode';
                    INSERT INTO event (
                        idempotency_key, content_key, content_seen_at, action, source, person, contact_id, occurred_at,
                        received_at, payload, lane, opt_out, state, available_at, claim, attempt, outcome, finalized_at
                    ) VALUES
                        ('k1', 'c1', \(now), 'unsubscribe', 'getresponse', 'bob@example.com', 'c1', \(now), \(now),
                            '{"contact":{}}', 0, 1, 'completed', \(now), 1, 1, 'applied', \(now)),
                        ('k2', 'c2', \(now), 'subscribe', 'getresponse', 'ann@example.com', 'c2', \(now), \(now),
                            '{"contact":{}}', 2, 0, 'available', \(now), 0, 0, NULL, NULL);
                    INSERT INTO delivery VALUES (1, 0, 1, 0), (2, 0, 2, 0);
                    INSERT INTO attempt (event_id, claim, number, worker, started_at, finished_at, outcome)
                    VALUES (1, 1, 1, 'w', \(now), \(now), 'completed');
                    INSERT INTO effect (
                        idempotency_key, kind, person, object, record_id, fields, before, mapping_version, state,
                        planned_at, sent_at, confirmed_at, verified_at
                    ) VALUES (
                        'e1', 'optout.lead', 'bob@example.com', 'Lead', '00Q1', '{"HasOptedOutOfEmail":true}', '{}', '1',
                        'confirmed', \(now), \(now), \(now), \(now));
                    INSERT INTO effect_event VALUES (1, 1);
                    INSERT INTO api_request (purpose, granted_at, boot_id, granted_boot, worker)
                    VALUES ('contact', \(now), 'boot-0', 5, 'w');
                    """
            )
            try ConsentTable.record(
                ConsentChange(
                    person: Person(rawValue: "bob@example.com"),
                    listID: nil,
                    isOptOut: true,
                    reason: nil,
                    source: .getresponse,
                    occurredAt: Timestamp(milliseconds: now),
                    eventID: 1
                ),
                now: now,
                chain: chain,
                db
            )
        }
        try queue.close()
    }
}
