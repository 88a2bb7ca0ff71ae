import Foundation
import Journal
import Logging
import Model
import Planning
import Synchronization
import TestSupport
import Testing
import Time

@testable import Worker

/// What a worker does for the journal itself.
@Suite("Housekeeping by the worker", .timeLimit(.minutes(1)))
struct HousekeepingTests {
    @Test func prunesOnceInAnHourWhateverTheNumberOfWorkers() async throws {
        let folder = try TemporaryDirectory()
        let journal = try EventJournal(
            configuration: JournalConfiguration(path: folder.path("leadrelay.sqlite")),
            time: SystemTimeSource()
        )
        try await finishOldCallback(in: journal)
        let log = Recorder()
        let first = JournalPruning(journal: journal, retention: .allAfterADay, logger: log.logger)
        let second = JournalPruning(journal: journal, retention: .allAfterADay, logger: log.logger)
        #expect(try await first.runOnce())
        #expect(log.messages == ["Pruned the journal"])
        #expect(try await !second.runOnce())
        #expect(try await !first.runOnce())
        let details = try await journal.reader.eventDetails(1)
        let callback = try #require(details.first { $0.section == "callback" }?.rows.first)
        #expect(callback["state"] == .text("pruned"))
        #expect(callback["body"] == .null)
    }

    @Test func workerThatRunsPrunes() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await finishOldCallback(in: fixture.journal)
            let worker = fixture.makeWorker { $0.retention = .allAfterADay }
            try await whileRunning(worker) {
                try await eventually("the callback is pruned") {
                    let details = try await fixture.journal.reader.eventDetails(1)
                    return details.first { $0.section == "callback" }?.rows.first?["state"] == .text("pruned")
                }
            }
        }
    }

    /// A prune in the middle of its rests does not hold a stop up.
    @Test func stopEndsAPruneBetweenTwoTransactions() async throws {
        let folder = try TemporaryDirectory()
        let time = ManualTimeSource(wall: Int64(Date().timeIntervalSince1970 * 1000))
        let journal = try EventJournal(
            configuration: JournalConfiguration(path: folder.path("leadrelay.sqlite")),
            time: time
        )
        try await finishOldCallback(in: journal)
        let pruning = JournalPruning(journal: journal, retention: .allAfterADay, logger: Recorder().logger)
        let run = Task { try await pruning.runOnce() }
        while time.sleeperCount == 0 { await Task.yield() }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test func alarmOfALongLogIsLoggedOnceAndSoIsItsEnd() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("leadrelay.sqlite")
        let journal = try EventJournal(configuration: JournalConfiguration(path: path), time: SystemTimeSource())
        let log = Recorder()
        let watch = WALWatch(journal: journal, limit: 100_000, logger: log.logger)
        let reader = try Shell(path)
        _ = try await journal.append((1...60).map { _ in callback(body: String(repeating: "x", count: 5000)) })
        try await watch.runOnce()
        try await watch.runOnce()
        #expect(log.levels == [.error])
        reader.end()
        try await watch.runOnce()
        try await watch.runOnce()
        #expect(log.levels == [.error, .notice])
        #expect(try await journal.reader.status().walAlarm == nil)
    }

    private func callback(body: String) -> NewCallback {
        let received = Timestamp(milliseconds: SystemTimeSource().read().wall - 100 * 86_400_000)
        return NewCallback(receivedAt: received, source: .getresponse, method: "POST", body: Data(body.utf8))
    }

    /// A callback of a hundred days ago whose event is finished.
    private func finishOldCallback(in journal: EventJournal) async throws {
        _ = try await journal.append([callback(body: #"{"action":"survey","contact":{"contactId":"c1"}}"#)])
        let decoding = CallbackDecoding(
            journal: journal,
            policy: .init(),
            duplicateWindow: .zero,
            logger: Recorder().logger
        )
        _ = try await decoding.runOnce()
        let event = try #require(try await journal.claim(owner: "w", limit: 1, leaseDuration: .seconds(60)).first)
        _ = try await journal.conclude(event.ticket, with: .completed(outcome: "ignored"))
    }
}

extension JournalRetention {
    fileprivate static var allAfterADay: JournalRetention { JournalRetention().replacingAges(with: .seconds(86_400)) }
}

/// Keeps what is logged at `info` or above.
final class Recorder: Sendable {
    private struct Entry {
        var level: Logger.Level
        var message: String
    }

    private let entries = Mutex<[Entry]>([])

    var messages: [String] { entries.withLock { $0.map(\.message) } }
    var levels: [Logger.Level] { entries.withLock { $0.map(\.level) } }

    var logger: Logger { Logger(label: "housekeeping") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: Recorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.entries.withLock { $0.append(Entry(level: event.level, message: "\(event.message)")) }
        }
    }
}

/// A `sqlite3` shell inside a transaction that nobody ends.
private final class Shell {
    private let process = Process()
    private let input = Pipe()

    init(_ path: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-readonly", path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data("BEGIN; SELECT count(*) FROM callback;\n".utf8))
        _ = output.fileHandleForReading.availableData
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
