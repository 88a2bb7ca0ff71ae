import GRDB
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("The alarm of a write-ahead log that can't be emptied", .timeLimit(.minutes(1)))
struct WALAlarmTests {
    private static let body = String(repeating: "x", count: 20_000)
    private static let limit: Int64 = 300_000

    @Test func risesWhileAReaderHoldsASnapshotAndEndsWithIt() async throws {
        let fixture = try JournalFixture(checkpointBytes: 100_000)
        #expect(try await fixture.journal.watchWAL(limit: Self.limit) == .quiet)
        let reader = try Snapshot(fixture.path)
        for _ in 0..<40 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        #expect(try await fixture.reader.status().walAlarm == nil, "nobody has looked yet")
        guard case .raised(let alarm) = try await fixture.journal.watchWAL(limit: Self.limit) else {
            Issue.record("no alarm at \(fixture.reader.walBytes) bytes")
            return
        }
        #expect(alarm.since == fixture.now.milliseconds)
        #expect(alarm.bytes >= Self.limit)
        #expect(alarm.limit == Self.limit)
        #expect(try await fixture.reader.status().walAlarm == alarm)
        #expect(try await fixture.journal.watchWAL(limit: Self.limit) == .standing(alarm))
        _ = try await fixture.journal.append([.sample(Self.body)])
        try reader.end()
        // Nothing is written any more: the look itself empties the log.
        #expect(try await fixture.journal.watchWAL(limit: Self.limit) == .over(alarm))
        #expect(fixture.reader.walBytes < Self.limit / 10)
        #expect(try await fixture.reader.status().walAlarm == nil)
        #expect(try await fixture.journal.watchWAL(limit: Self.limit) == .quiet)
        #expect(try await fixture.count("callback") == 41)
        #expect(try await fixture.text("PRAGMA integrity_check") == "ok")
    }

    /// A log that is long because nobody has tried to empty it is no alarm.
    @Test func longLogThatCanBeEmptiedIsEmptied() async throws {
        let fixture = try JournalFixture(checkpointBytes: 1 << 40)
        for _ in 0..<40 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        #expect(fixture.reader.walBytes > Self.limit)
        #expect(try await fixture.journal.watchWAL(limit: Self.limit) == .quiet)
        #expect(fixture.reader.walBytes == 0)
    }

    /// The worker that raised it was stopped, and another process emptied the log.
    @Test func alarmThatNobodyEndedIsOverAllTheSame() async throws {
        let fixture = try JournalFixture(checkpointBytes: 100_000)
        let reader = try Snapshot(fixture.path)
        for _ in 0..<40 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        _ = try await fixture.journal.watchWAL(limit: Self.limit)
        try reader.end()
        for _ in 0..<20 { _ = try await fixture.journal.append([.sample(Self.body)]) }
        #expect(try await fixture.reader.status().walAlarm == nil)
    }
}

/// Somebody who reads and does not stop.
private final class Snapshot: Sendable {
    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = JournalConnections.configuration(readOnly: true)
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in try db.execute(sql: "BEGIN; SELECT count(*) FROM callback") }
    }

    func end() throws {
        try queue.writeWithoutTransaction { db in try db.execute(sql: "COMMIT") }
    }
}
