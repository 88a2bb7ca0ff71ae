import GRDB
import TestSupport
import Testing

@testable import Journal

@Suite("Asking whether the journal can be written", .timeLimit(.minutes(1)))
struct WriteHealthTests {
    @Test func writesNothingWhileAllIsWell() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample()])
        try await fixture.journal.checkWritable()
        #expect(try await fixture.count("setting") == 0)
    }

    @Test func triesAfterAWriteThatFailedAndUntilOneSucceeds() async throws {
        let fixture = try JournalFixture(lockTimeout: .milliseconds(30))
        let intruder = try FileLock(path: fixture.path + ".lock")
        #expect(intruder.tryAcquire())
        try await fixture.journal.checkWritable()
        await #expect(throws: JournalError.self) { try await fixture.journal.append([.sample()]) }
        for _ in 0..<2 {
            let error = await #expect(throws: JournalError.self) { try await fixture.journal.checkWritable() }
            guard case .busy = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        intruder.release()
        try await fixture.journal.checkWritable()
        #expect(try await fixture.count("setting") == 1, "something was written to find out")
        #expect(!fixture.journal.health.isDoubtful)
    }

    @Test func refusedStatementSaysNothingAboutTheFile() async throws {
        let fixture = try JournalFixture()
        await #expect(throws: JournalError.self) { try await fixture.execute("INSERT INTO nowhere VALUES (1)") }
        #expect(!fixture.journal.health.isDoubtful)
        await #expect(throws: JournalError.self) {
            try await fixture.journal.write { _ in throw DatabaseError(resultCode: .SQLITE_FULL) }
        }
        #expect(fixture.journal.health.isDoubtful)
        _ = try await fixture.journal.append([.sample()])
        #expect(!fixture.journal.health.isDoubtful)
    }
}
