import GRDB
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Checkpoints", .timeLimit(.minutes(1)))
struct CheckpointTests {
    private static let body = String(repeating: "x", count: 20_000)

    @Test func shortLogIsLeftAlone() async throws {
        let fixture = try JournalFixture()
        let before = fixture.reader.walBytes
        _ = try await fixture.journal.append([.sample(Self.body)])
        #expect(fixture.reader.walBytes > before)
    }

    @Test func longLogIsEmptiedByWhoeverCommits() async throws {
        let fixture = try JournalFixture(checkpointBytes: 400_000)
        var sizes: [Int64] = []
        for _ in 0..<60 {
            _ = try await fixture.journal.append([.sample(Self.body)])
            sizes.append(fixture.reader.walBytes)
        }
        #expect(sizes.contains(0))
        #expect(try #require(sizes.max()) < 500_000)
        #expect(try await fixture.count("callback") == 60)
        #expect(try await fixture.text("PRAGMA integrity_check") == "ok")
        #expect(try await fixture.callbackChainFaults() == [])
    }

    /// A long reader keeps the log from shrinking; it must hold up neither the writes nor the checkpoint after it.
    ///
    /// Each of the checkpoints that are tried meanwhile (over a dozen) would wait for the busy timeout of 5 s: they would
    /// run into the time limit by far.
    @Test(.timeLimit(.minutes(1))) func readerOfAnOldSnapshotHoldsNobodyUp() async throws {
        let fixture = try JournalFixture(checkpointBytes: 100_000)
        var configuration = JournalConnections.configuration(readOnly: true)
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN; SELECT count(*) FROM callback")
        }
        for _ in 0..<60 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        #expect(fixture.reader.walBytes > 300_000)
        let seen = try await queue.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM callback")
        }
        #expect(seen == 0)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        let timeout = try await fixture.journal.write { try Int64.fetchOne($0, sql: "PRAGMA busy_timeout") }
        #expect(timeout == JournalConnections.writerPatience.wholeMilliseconds, "the wait is back after each try")
        for _ in 0..<12 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        #expect(fixture.reader.walBytes < 200_000)
        #expect(try await fixture.count("callback") == 72)
    }

    /// Two processes that write and checkpoint against each other lose nothing.
    @Test func twoJournalsCheckpointingAgainstEachOtherStaySound() async throws {
        let fixture = try JournalFixture(checkpointBytes: 50_000)
        let other = try fixture.openAnother()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for journal in [fixture.journal, other] {
                group.addTask {
                    for _ in 0..<40 { _ = try await journal.append([.sample(Self.body)]) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.count("callback") == 80)
        #expect(try await fixture.text("PRAGMA integrity_check") == "ok")
        #expect(try await fixture.callbackChainFaults() == [])
    }
}
