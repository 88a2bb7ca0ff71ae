import GRDB
import TestSupport
import Testing

@testable import Journal

@Suite("Pages that a prune frees", .timeLimit(.minutes(1)))
struct FilePagesTests {
    /// Bodies of the usual size lie several to a page: the page must be merged with its neighbours before it is free.
    @Test(arguments: [(300, 20_000), (6000, 1000)])
    func goBackToTheFileSystemBitByBit(callbacks: Int, bodyBytes: Int) async throws {
        let fixture = try await PruneStepsTests.filled(callbacks: callbacks, bodyBytes: bodyBytes)
        let before = try await fixture.reader.pageUse()
        #expect(before.canRelease)
        let report = try await fixture.prune(.all(.days(1)))
        let after = try await fixture.reader.pageUse()
        #expect(report.releasedBytes == Int64((before.pages - after.pages) * after.pageSize))
        #expect((before.pages - after.pages) * after.pageSize > callbacks * bodyBytes / 2)
        #expect(after.freePages <= 256, "some stay for the next callbacks")
        #expect(try await fixture.text("PRAGMA integrity_check") == "ok")
    }

    @Test func stayInAFileOfAnEarlierVersionWhichCheckTells() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            for step in Migrations.all.prefix(5) { try db.execute(sql: step.sql) }
        }
        try queue.close()
        let journal = try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        #expect(try await journal.reader.pageUse().canRelease == false)
        let report = try await JournalPruner(journal: journal, retention: .all(.days(1))).run()
        #expect(report.releasedBytes == 0)
        let results = try await JournalCheck(path: path, key: nil, requestCap: 400, time: ManualTimeSource()).run()
        let vacuum = try #require(results.first { $0.check == "vacuum" })
        #expect(vacuum.verdict == .warning)
        #expect(vacuum.finding.contains("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;"))
        #expect(results.allSatisfy { $0.verdict != .failed }, "\(results)")
    }
}
