import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The schema and its migrations", .timeLimit(.minutes(1)))
struct SchemaTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("migrations")

    @Test func listIsTheFolder() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.hasSuffix(".sql")
        }
        #expect(Migrations.all.map(\.name) == files.sorted())
        for step in Migrations.all {
            let text = try String(contentsOf: Self.folder.appendingPathComponent(step.name), encoding: .utf8)
            #expect(step.sql == text, "\(step.name) in the binary is the file")
            #expect(text.utf8.count < 10_000, "\(step.name) stays small")
        }
    }

    @Test func numbersAscendFromOneAndStandInTheName() {
        #expect(Migrations.all.map(\.number) == Array(1...Migrations.all.count))
        for step in Migrations.all {
            let digits = String(step.number)
            #expect(step.name.hasPrefix(String(repeating: "0", count: 4 - digits.count) + digits + "_"))
        }
    }

    @Test func eachSetsItsNumber() throws {
        let queue = try DatabaseQueue()
        for step in Migrations.all {
            try queue.write { db in
                try db.execute(sql: step.sql)
                #expect(try SchemaMigrator.version(of: db) == step.number)
            }
        }
    }

    @Test func everyTableIsStrict() async throws {
        let fixture = try JournalFixture()
        let lax = try await fixture.rows(
            """
            SELECT name FROM pragma_table_list
            WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'
            """
        )
        #expect(lax == [])
    }

    @Test(arguments: [JournalConfiguration.MigrationMode.auto, .never])
    func newerSchemaIsRefusedWithASentence(mode: JournalConfiguration.MigrationMode) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try plainFile(at: path, upTo: Migrations.latest) { db in
            try db.execute(sql: "PRAGMA user_version = 99")
        }
        let expected = JournalError.schemaTooNew(found: 99, known: Migrations.latest)
        #expect(throws: expected) {
            try EventJournal(
                configuration: JournalConfiguration(path: path, migrationMode: mode),
                time: ManualTimeSource()
            )
        }
        #expect(throws: expected) { try JournalReader(path: path, time: ManualTimeSource()) }
        #expect(expected.description.contains("newer than this binary"))
    }

    @Test(arguments: 0..<Migrations.latest)
    func neverRefusesAnOldSchemaAndChangesNothing(version: Int) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try plainFile(at: path, upTo: version) { _ in }
        let expected = JournalError.schemaTooOld(found: version, needed: Migrations.latest)
        #expect(throws: expected) {
            try EventJournal(
                configuration: JournalConfiguration(path: path, migrationMode: .never),
                time: ManualTimeSource()
            )
        }
        #expect(expected.description.contains("leadrelay migrate"))
        #expect(throws: expected) { try JournalReader(path: path, time: ManualTimeSource()) }
        #expect(try DatabaseQueue(path: path).read(SchemaMigrator.version(of:)) == version)
    }

    @Test func neverServesAnUpToDateSchema() async throws {
        let fixture = try JournalFixture()
        var configuration = fixture.journal.configuration
        configuration.migrationMode = .never
        let journal = try EventJournal(configuration: configuration, time: fixture.time)
        #expect(try await journal.append([.sample()]) == [1])
    }

    /// The rows of every earlier schema survive the way to the newest, and the chain goes on.
    @Test(arguments: 1...Migrations.latest)
    func upgradeKeepsRows(version: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try plainFile(at: path, upTo: version) { db in
            for (number, sql) in Self.rowsBySchema where number <= version { try db.execute(sql: sql) }
        }
        // The rows came with a key, as every journal that has rows does.
        let configuration = JournalConfiguration(path: path, key: "the key of the earlier version")
        let journal = try EventJournal(configuration: configuration, time: ManualTimeSource())
        let (found, body) = try await journal.read { db in
            (try SchemaMigrator.version(of: db), try Data.fetchOne(db, sql: "SELECT body FROM callback WHERE id = 1"))
        }
        #expect(found == Migrations.latest)
        #expect(body == Data([0, 255, 1]))
        if version >= 2 {
            #expect(try await journal.read { try String.fetchOne($0, sql: "SELECT person FROM event") } == "a@b.c")
        }
        #expect(try await journal.append([.sample()]) == [2])
        #expect(
            try await journal.claim(owner: "w", limit: 5, leaseDuration: .seconds(1)).count == (version >= 2 ? 1 : 0)
        )
    }

    private static let rowsBySchema = [
        (
            1,
            """
            INSERT INTO callback (id, received_at, source, method, body, state, salt, digest, chain)
            VALUES (1, 5, 'zapier', 'POST', x'00ff01', 'received', x'01', zeroblob(32), zeroblob(32));
            """
        ),
        (
            2,
            """
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, occurred_at, received_at, payload,
                lane, opt_out, state, available_at
            ) VALUES ('k', 'c', 5, 'subscribe', 'zapier', 'a@b.c', 5, 5, '{"contact":{}}', 2, 0, 'available', 5);
            INSERT INTO delivery VALUES (1, 0, 1, 0);
            """
        ),
        (
            3,
            """
            INSERT INTO consent_change (
                id, recorded_at, occurred_at, source, person, change, event_id, salt, digest, chain
            ) VALUES (1, 5, 5, 'zapier', 'a@b.c', 'subscribed', 1, x'01', zeroblob(32), zeroblob(32));
            """
        ),
        (
            4,
            """
            INSERT INTO api_request (purpose, granted_at, boot_id, granted_boot, worker) VALUES ('contact', 5, 'b', 5, 'w');
            """
        ),
    ]

    /// A file as an earlier version left it.
    private func plainFile(at path: String, upTo version: Int, _ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            for step in Migrations.all where step.number <= version { try db.execute(sql: step.sql) }
            try body(db)
        }
        try queue.close()
    }
}
