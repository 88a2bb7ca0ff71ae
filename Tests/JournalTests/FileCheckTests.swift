import Foundation
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The check of file, schema and chains", .timeLimit(.minutes(1)))
struct FileCheckTests {
    @Test(arguments: [
        ("UPDATE callback SET body = x'00' WHERE id = 3", [3], "other contents"),
        ("UPDATE callback SET query = '' WHERE id = 2", [2], "other contents"),
        ("UPDATE callback SET received_at = received_at + 1 WHERE id = 3", [3], "does not follow"),
        ("UPDATE callback SET source = 'poll' WHERE id = 3", [3], "does not follow"),
        ("UPDATE callback SET digest = zeroblob(32) WHERE id = 3", [3, 3], "does not follow"),
        ("UPDATE callback SET chain = zeroblob(32) WHERE id = 3", [3, 4], "does not follow"),
        ("UPDATE callback SET salt = NULL WHERE id = 3", [3], "other means"),
        ("DELETE FROM callback WHERE id = 3", [4, 4], "row 3 is missing"),
        ("DELETE FROM callback WHERE id IN (3, 4)", [5, 5], "rows 3 to 4 are missing"),
        ("DELETE FROM callback WHERE id = 3; UPDATE callback SET id = id - 1 WHERE id > 3", [3, 4], "does not follow"),
        (
            """
            CREATE TEMP TABLE more AS SELECT * FROM callback WHERE id = 2;
            UPDATE more SET id = 6;
            INSERT INTO callback SELECT * FROM more
            """, [6], "does not follow"
        ),
    ])
    func changeOfACallbackIsNamedByItsRow(sql: String, rows: [Int64], words: String) async throws {
        let fixture = try await Self.chained()
        try fixture.tamper(sql)
        let result = try #require(try await fixture.check().first { $0.check == "chain.callback" })
        #expect(result.verdict == .failed)
        #expect(result.faults.map(\.row) == rows, "\(result.faults)")
        #expect(result.faults.first?.sentence.contains(words) == true, "\(result.faults)")
    }

    @Test(arguments: [
        ("UPDATE consent_change SET change = 'subscribed' WHERE id = 2", [2]),
        ("UPDATE consent_change SET person = 'b@x' WHERE id = 2", [2]),
        ("UPDATE consent_change SET occurred_at = 1 WHERE id = 2", [2]),
        ("DELETE FROM consent_change WHERE id = 2", [3, 3]),
    ])
    func changeOfConsentIsNamedByItsRow(sql: String, rows: [Int64]) async throws {
        let fixture = try await Self.chained()
        try fixture.tamper(sql)
        let result = try #require(try await fixture.check().first { $0.check == "chain.consent_change" })
        #expect(result.faults.map(\.row) == rows, "\(result.faults)")
    }

    /// Whoever noted the last link can tell that rows were cut off at the end.
    @Test func lastLinkIsShown() async throws {
        let fixture = try await Self.chained()
        let result = try #require(try await fixture.check().first { $0.check == "chain.callback" })
        let last = try #require(try await fixture.text("SELECT lower(hex(chain)) FROM callback WHERE id = 5"))
        #expect(result.finding.contains(last.prefix(16)))
    }

    @Test func wrongKeyIsSuspectedAndAMissingOneIsAWarning() async throws {
        let fixture = try await Self.chained()
        let wrong = try await fixture.check(key: "wrong").filter { $0.check.hasPrefix("chain") }
        #expect(wrong.allSatisfy { $0.verdict == .failed && $0.finding.contains("is this the journal's key?") })
        try FileManager.default.removeItem(atPath: fixture.path + ".key")
        let missing = try await fixture.check()
        #expect(missing.filter { $0.verdict == .warning }.map(\.check) == ["chain.callback", "chain.consent_change"])
        #expect(!FileManager.default.fileExists(atPath: fixture.path + ".key"))
    }

    @Test(arguments: [
        ("DROP TRIGGER attempt_refuses_delete", "attempt_refuses_delete"),
        ("DROP INDEX event_by_content", "event_by_content"),
        ("DROP VIEW dead_letter; CREATE VIEW dead_letter AS SELECT 1", "dead_letter"),
        ("CREATE TRIGGER mine AFTER INSERT ON callback BEGIN SELECT 1; END", "mine"),
        ("ALTER TABLE profile ADD COLUMN more TEXT", "profile"),
    ])
    func otherSchemaIsNamed(sql: String, object: String) async throws {
        let fixture = try JournalFixture()
        try await fixture.execute(sql)
        let failed = try await fixture.check().filter { $0.verdict == .failed }
        #expect(failed.map(\.check) == ["schema"])
        #expect(failed.first?.faults.map(\.table) == [object])
    }

    @Test func indexOrTableOfOnesOwnIsNoFault() async throws {
        let fixture = try JournalFixture()
        try await fixture.execute(
            "CREATE INDEX mine ON event (source); CREATE TABLE report (a) STRICT".replacing("(a)", with: "(a TEXT)")
        )
        #expect(try await fixture.check().allSatisfy { $0.verdict != .failed })
    }

    @Test func brokenConstraintsAndMissingRowsAreNamed() async throws {
        let fixture = try await JournalCheckTests.history()
        try fixture.tamper("UPDATE event SET lane = 9 WHERE id = 5; DELETE FROM effect WHERE id = 2")
        let results = try await fixture.check()
        let integrity = try #require(results.first { $0.check == "integrity" })
        #expect(integrity.faults.contains { $0.table == "event" && $0.sentence.contains("CHECK") }, "\(integrity)")
        let keys = try #require(results.first { $0.check == "foreignKeys" })
        #expect(keys.faults.map(\.table) == ["effect_event"])
    }

    /// A page that a disk forgot is found, and the other checks still say what they can.
    @Test func damagedPageIsFound() async throws {
        let fixture = try await PruneStepsTests.filled(callbacks: 400, bodyBytes: 500)
        let target = fixture.directory.path("copy.sqlite")
        _ = try await fixture.backup(to: target)
        let page = try #require(
            try await fixture.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'event_by_content'")
        )
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
        try file.seek(toOffset: UInt64(page - 1) * 4096)
        try file.write(contentsOf: Data(repeating: 0xAA, count: 4096))
        try file.close()
        let results = try await JournalCheck(anySchemaAt: target, key: nil, keyBeside: fixture.path, time: fixture.time)
            .run()
        #expect(results.first { $0.check == "integrity" }?.verdict == .failed)
        #expect(results.first { $0.check == "chain.callback" }?.verdict == .ok)
    }

    /// Five callbacks and three changes of consent.
    private static func chained() async throws -> JournalFixture {
        let fixture = try JournalFixture()
        try await fixture.tell(
            .sample(.subscribe, email: "1@x"),
            .sample(.unsubscribe, email: "2@x", position: 1),
            .sample(.subscribe, email: "3@x", position: 2)
        )
        for number in 2...5 {
            var callback = NewCallback.sample("\(number)", receivedAt: fixture.now)
            callback.query = "n=\(number)"
            _ = try await fixture.journal.append([callback])
        }
        return fixture
    }
}
