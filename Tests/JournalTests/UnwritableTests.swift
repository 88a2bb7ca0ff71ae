import Foundation
import GRDB
import TestSupport
import Testing

@testable import Journal

@Suite("A journal that can't be written for a while", .timeLimit(.minutes(1)))
struct UnwritableTests {
    @Test func heldLockIsBusyAfterTheBoundAndThenRecovers() async throws {
        let fixture = try JournalFixture(lockTimeout: .milliseconds(30))
        let intruder = try FileLock(path: fixture.path + ".lock")
        #expect(intruder.tryAcquire())
        let error = await #expect(throws: JournalError.self) { try await fixture.journal.append([.sample()]) }
        guard case .busy = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await fixture.reader.status().undecodedCallbacks == 0, "reading needs no lock")
        intruder.release()
        #expect(try await fixture.journal.append([.sample()]) == [1])
        #expect(intruder.tryAcquire(), "the lock is held for one transaction only")
    }

    /// Somebody else's transaction, such as a forgotten BEGIN IMMEDIATE in a shell, which knows nothing of our lock.
    @Test func foreignTransactionIsBusyAndThenRecovers() async throws {
        let fixture = try JournalFixture()
        // The usual patience is seconds; this test has none.
        try await fixture.execute("PRAGMA busy_timeout = 1")
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        let foreign = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await foreign.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE")
        }
        let error = await #expect(throws: JournalError.self) { try await fixture.journal.append([.sample()]) }
        guard case .busy = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try FileLock(path: fixture.path + ".lock").tryAcquire())
        try await foreign.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(try await fixture.journal.append([.sample()]) == [1])
    }

    @Test func failedTransactionFreesTheLockAndLeavesNothing() async throws {
        let fixture = try JournalFixture()
        await #expect(throws: JournalError.self) {
            try await fixture.journal.write { db in
                _ = try CallbackTable.append([.sample()], to: db, chain: fixture.journal.chain)
                try db.execute(sql: "INSERT INTO nowhere VALUES (1)")
            }
        }
        #expect(try FileLock(path: fixture.path + ".lock").tryAcquire())
        #expect(try await fixture.count("callback") == 0)
        #expect(try await fixture.journal.append([.sample()]) == [1])
    }

    @Test func fullFileIsUnwritableAndThenRecovers() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample()])
        let large = String(repeating: "x", count: 200_000)
        try await fixture.journal.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        let error = await #expect(throws: JournalError.self) {
            try await fixture.journal.append([.sample(), .sample(large)])
        }
        guard case .unwritable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await fixture.count("callback") == 1, "none of the batch was stored")
        try await fixture.execute("PRAGMA max_page_count = 1073741823")
        #expect(try await fixture.journal.append([.sample(large)]) == [2])
        #expect(try await fixture.callbackChainFaults() == [])
    }

    @Test func readOnlyFileIsUnwritable() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample()])
        try await fixture.journal.write { db in try db.execute(sql: "PRAGMA query_only = 1") }
        let error = await #expect(throws: JournalError.self) { try await fixture.journal.append([.sample()]) }
        guard case .unwritable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// A real full disk: a small file system in memory, which only root can mount.
    @Test(.enabled(if: SmallDisk.isPossible)) func fullDiskLosesNothingThatWasAcknowledged() async throws {
        let disk = try SmallDisk(kilobytes: 2048)
        defer { disk.unmount() }
        let configuration = JournalConfiguration(path: disk.path + "/leadrelay.sqlite")
        var acknowledged: [Int64] = []
        var refusal: JournalError?
        do {
            let journal = try EventJournal(configuration: configuration, time: ManualTimeSource())
            while refusal == nil, acknowledged.count < 100 {
                do {
                    acknowledged += try await journal.append([.sample(String(repeating: "x", count: 50_000))])
                } catch {
                    refusal = error
                }
            }
        }
        guard case .unwritable = refusal else {
            Issue.record("\(String(describing: refusal)) after \(acknowledged.count)")
            return
        }
        #expect(!acknowledged.isEmpty)
        let reader = try JournalReader(path: configuration.path, time: ManualTimeSource())
        let found = try await reader.read { try Int64.fetchAll($0, sql: "SELECT id FROM callback ORDER BY id") }
        #expect(found == acknowledged)
        #expect(try await reader.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }
}

/// A file system of a given size in memory.
private struct SmallDisk {
    static let isPossible = geteuid() == 0 && (try? SmallDisk(kilobytes: 64))?.unmount() == true

    let path: String

    init(kilobytes: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("leadrelay-disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "none", path) else {
            try FileManager.default.removeItem(atPath: path)
            throw FixtureError.unexpected("no file system could be mounted")
        }
    }

    @discardableResult
    func unmount() -> Bool {
        guard (try? Self.run("umount", "-l", path)) == true else { return false }
        try? FileManager.default.removeItem(atPath: path)
        return true
    }

    private static func run(_ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
