import GRDB
import Model
import Synchronization
import TestSupport
import Testing

@testable import Journal

@Suite("Writes that share a commit", .timeLimit(.minutes(1)))
struct CommitGroupTests {
    private struct Refused: Error {}

    /// Counts commits as SQLite makes them.
    private final class CommitCount: TransactionObserver, Sendable {
        let commits = Mutex(0)

        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) { commits.withLock { $0 += 1 } }
        func databaseDidRollback(_ db: Database) {}
    }

    private func setting(_ key: String, _ fixture: JournalFixture) async throws {
        try await fixture.journal.storeSetting(key, value: "1")
    }

    @Test func crowdOfWritesTakesFewCommits() async throws {
        let fixture = try JournalFixture()
        let count = CommitCount()
        try await fixture.journal.write { $0.add(transactionObserver: count, extent: .databaseLifetime) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 { group.addTask { try await setting("k\(number)", fixture) } }
            try await group.waitForAll()
        }
        #expect(try await fixture.count("setting") == 200)
        #expect(count.commits.withLock { $0 } < 100)
    }

    @Test func oneThatFailsTakesNobodyWithIt() async throws {
        let fixture = try JournalFixture()
        try await fixture.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL) STRICT")
        let outcomes = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        try await fixture.journal.write { db in
                            // The row goes with the failure of its own write, and with no other's.
                            try db.execute(sql: "INSERT INTO t (id, v) VALUES (?, 1)", arguments: [number])
                            if number % 3 == 0 { throw Refused() }
                            if number % 3 == 1 { try db.execute(sql: "INSERT INTO t (id, v) VALUES (1000, NULL)") }
                        }
                        return (number, true)
                    } catch {
                        return (number, false)
                    }
                }
            }
            return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<100 { #expect(outcomes[number] == (number % 3 == 2)) }
        #expect(
            try await fixture.integers("SELECT id FROM t ORDER BY id")
                == (0..<100).filter { $0 % 3 == 2 }.map { Int64($0) }
        )
    }

    @Test func writesOfOneCallerKeepTheirOrder() async throws {
        let fixture = try JournalFixture()
        try await fixture.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, who INTEGER, number INTEGER) STRICT")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for who in 0..<8 {
                group.addTask {
                    for number in 0..<20 {
                        try await fixture.journal.write { db in
                            try db.execute(sql: "INSERT INTO t (who, number) VALUES (?, ?)", arguments: [who, number])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for who in 0..<8 {
            #expect(try await fixture.integers("SELECT number FROM t WHERE who = \(who) ORDER BY id") == Array(0..<20))
        }
    }

    @Test func whenTheLockIsNotHadEveryWriteOfTheGroupFails() async throws {
        let fixture = try JournalFixture(lockTimeout: .milliseconds(50))
        let lock = try FileLock(path: fixture.path + ".lock")
        #expect(lock.tryAcquire())
        let refused = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        try await setting("k\(number)", fixture)
                        return false
                    } catch {
                        guard case JournalError.busy = error else { return false }
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 20)
        lock.release()
        #expect(try await fixture.count("setting") == 0)
        try await setting("after", fixture)
        #expect(try await fixture.count("setting") == 1)
    }

    @Test func connectionIsOpenedAnewAfterTheFileCouldNotBeWritten() async throws {
        let fixture = try JournalFixture()
        try await fixture.execute("CREATE TABLE mark (id INTEGER) STRICT")
        try await fixture.execute("CREATE TEMP TABLE of_this_connection (id INTEGER)")
        await #expect(throws: JournalError.self) {
            try await fixture.journal.write { db in
                try db.execute(sql: "INSERT INTO mark VALUES (1)")
                throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC)
            }
        }
        #expect(try await fixture.count("mark") == 0)
        let kept = try await fixture.journal.write { db in
            try db.execute(sql: "INSERT INTO mark VALUES (2)")
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            let isOld = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM sqlite_temp_schema WHERE name = 'of_this_connection')"
            )
            return [level == 2, isOld == false]
        }
        #expect(kept == [true, true])
        #expect(try await fixture.integers("SELECT id FROM mark") == [2])
    }
}
