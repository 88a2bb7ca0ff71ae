import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("A backup while the journal is in use", .timeLimit(.minutes(1)))
struct BackupTests {
    private static let body = String(repeating: "x", count: 3000)

    /// Commits between its steps neither get into the copy nor make it start again.
    @Test func copyUnderLoadIsOneSnapshot() async throws {
        let fixture = try JournalFixture(checkpointBytes: 200_000)
        _ = try await fixture.journal.append(Array(repeating: .sample(Self.body), count: 2000))
        let target = fixture.directory.path("copy.sqlite")
        let load = Load()
        let report = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [journal = fixture.journal] in
                while !load.isOver {
                    _ = try await journal.append([.sample(Self.body)])
                    load.count()
                }
            }
            let report = try await fixture.backup(to: target)
            load.end()
            try await group.waitForAll()
            return report
        }
        let during = load.appended
        #expect(during > 0)
        let rows = try await fixture.restored(target) { copy in
            let rows = try await copy.integers("SELECT count(*) FROM callback")[0]
            #expect(try await copy.callbackChainFaults() == [])
            #expect(try await copy.text("PRAGMA integrity_check") == "ok")
            #expect(try await copy.journal.append([.sample()]) == [rows + 1], "it goes on from there")
            return rows
        }
        #expect(rows >= 2000 && rows <= 2000 + Int64(during))
        #expect(report.bytes > 2000 * 3000)
        #expect(report.checks.map(\.check) == ["integrity", "foreignKeys", "chain.callback", "chain.consent_change"])
        #expect(report.checks.allSatisfy { $0.verdict == .ok })
    }

    @Test func copyIsOneFileForItsOwner() async throws {
        let fixture = try JournalFixture()
        let target = fixture.directory.path("copy.sqlite")
        let seen = Mutex<[JournalBackup.Progress]>([])
        _ = try await fixture.backup(to: target) { step in seen.withLock { $0.append(step) } }
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.url.path)
        #expect(names.filter { $0.hasPrefix("copy.sqlite") } == ["copy.sqlite"])
        let attributes = try FileManager.default.attributesOfItem(atPath: target)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let last = try #require(seen.withLock { $0.last })
        #expect(last.copiedBytes == last.totalBytes)
        #expect(attributes[.size] as? Int64 == last.totalBytes)
        let mode = try await DatabaseQueue(path: target).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "delete")
    }

    @Test func nothingIsOverwrittenUnasked() async throws {
        let fixture = try JournalFixture()
        let target = fixture.directory.path("copy.sqlite")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
        try await expectRefusal(fixture, target, replaces: false, "--replace")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
        _ = try await fixture.backup(to: target, replaces: true)
        #expect(try JournalReader(path: target, time: fixture.time).path == target)
    }

    @Test func journalItselfIsNeverTheTarget() async throws {
        let fixture = try JournalFixture()
        let link = fixture.directory.path("link.sqlite")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.path)
        for path in [fixture.path, link] {
            try await expectRefusal(fixture, path, replaces: true, "the journal itself")
        }
        _ = try await fixture.journal.append([.sample()])
    }

    /// Its log would be taken for the copy's.
    @Test func databaseInUseIsNeverTheTarget() async throws {
        let fixture = try JournalFixture()
        let other = try JournalFixture()
        try await expectRefusal(fixture, other.path, replaces: true, "a database in use")
        #expect(try await other.count("callback") == 0)
    }

    @Test func folderAndMissingFolderAreNamed() async throws {
        let fixture = try JournalFixture()
        try await expectRefusal(fixture, fixture.directory.url.path, replaces: true, "no plain file")
        try await expectRefusal(fixture, fixture.directory.path("no/copy"), replaces: false, "can't be made")
    }

    @Test func draftOfABackupThatWasKilledIsTakenOver() async throws {
        let fixture = try JournalFixture()
        let target = fixture.directory.path("copy.sqlite")
        for suffix in [".tmp", ".tmp-journal", ".tmp-wal"] {
            try Data("left behind".utf8).write(to: URL(fileURLWithPath: target + suffix))
        }
        _ = try await fixture.backup(to: target)
        #expect(try JournalReader(path: target, time: fixture.time).path == target)
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.url.path)
        #expect(!names.contains { $0.hasPrefix("copy.sqlite.") })
    }

    @Test func twoBackupsToOnePlaceDoNotMix() async throws {
        let fixture = try JournalFixture()
        let target = fixture.directory.path("copy.sqlite")
        let other = try BackupTarget(path: target, journalPath: fixture.path, replaces: false)
        try await expectRefusal(fixture, target, replaces: false, "under way")
        other.discard()
    }

    /// A copy of a journal that was tampered with would pass for a good one later.
    @Test func copyThatFailsItsChecksIsThrownAway() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample(), .sample(), .sample()])
        try fixture.tamper("UPDATE callback SET body = x'00' WHERE id = 2")
        let target = fixture.directory.path("copy.sqlite")
        try await expectRefusal(fixture, target, replaces: false, "chain.callback")
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.url.path)
        #expect(!names.contains { $0.hasPrefix("copy.sqlite") })
        let backup = JournalBackup(journalPath: fixture.path, key: nil, time: fixture.time)
        let report = try await backup.run(to: target, keepsBroken: true)
        #expect(report.checks.filter { $0.verdict == .failed }.map(\.check) == ["chain.callback"])
        #expect(FileManager.default.fileExists(atPath: target))
    }

    @Test func withoutTheKeyTheChainIsLeftOutAndSaysSo() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample()])
        try FileManager.default.removeItem(atPath: fixture.path + ".key")
        let report = try await fixture.backup(to: fixture.directory.path("copy.sqlite"))
        #expect(report.checks.map(\.verdict) == [.ok, .ok, .warning, .warning])
    }

    /// Before an upgrade is the time for a backup.
    @Test func journalOfAnEarlierSchemaIsCopiedAsItIs() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("old.sqlite")
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            for step in Migrations.all.prefix(5) { try db.execute(sql: step.sql) }
        }
        try queue.close()
        let target = directory.path("copy.sqlite")
        _ = try await JournalBackup(journalPath: path, key: "k", time: ManualTimeSource()).run(to: target)
        #expect(try await DatabaseQueue(path: target).read(SchemaMigrator.version(of:)) == 5)
    }

    @Test func whatIsNoJournalIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("other.sqlite")
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE a (b)") }
        try queue.close()
        for source in [path, directory.path("missing.sqlite")] {
            await #expect(throws: JournalError.self) {
                try await JournalBackup(journalPath: source, key: "k", time: ManualTimeSource())
                    .run(to: directory.path("copy.sqlite"))
            }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(!names.contains { $0.hasPrefix("copy.sqlite") })
    }

    private func expectRefusal(_ fixture: JournalFixture, _ path: String, replaces: Bool, _ words: String) async throws
    {
        let error = await #expect(throws: JournalError.self) { try await fixture.backup(to: path, replaces: replaces) }
        #expect(try #require(error).description.contains(words))
    }
}

/// Commits that go on until the backup is done.
private final class Load: Sendable {
    private let state = Mutex((appended: 0, isOver: false))
    var appended: Int { state.withLock(\.appended) }
    var isOver: Bool { state.withLock(\.isOver) }
    func count() { state.withLock { $0.appended += 1 } }
    func end() { state.withLock { $0.isOver = true } }
}

extension JournalFixture {
    func backup(
        to path: String,
        replaces: Bool = false,
        progress: @escaping @Sendable (JournalBackup.Progress) -> Void = { _ in }
    ) async throws -> JournalBackup.Report {
        try await JournalBackup(journalPath: self.path, key: nil, time: time)
            .run(to: path, replaces: replaces, progress: progress)
    }

    /// Opens a copy as a journal, in a place of its own, with the key beside it.
    fileprivate func restored<Value>(
        _ copy: String,
        _ body: (JournalFixture) async throws -> Value
    ) async throws -> Value {
        let restored = try JournalFixture(of: copy, keyFile: path + ".key", time: time)
        return try await body(restored)
    }
}
