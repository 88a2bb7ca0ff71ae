import Journal
import Model
import Planning
import TestSupport
import Testing
import Time

@testable import Worker

@Suite("The watch for what is overdue", .timeLimit(.minutes(1)))
struct OverdueWatchTests {
    private static let optOut = "An opt-out is overdue: the person may still be mailed from Salesforce; see events show"
    private static let undecoded =
        "Callbacks are not decoded for longer than an opt-out may take, and one of them may be an opt-out"

    private static func journal(_ folder: TemporaryDirectory, _ time: ManualTimeSource) throws -> EventJournal {
        try EventJournal(configuration: JournalConfiguration(path: folder.path("leadrelay.sqlite")), time: time)
    }

    private static func tell(_ callback: NewCallback, _ journal: EventJournal, _ time: ManualTimeSource) async throws {
        var callback = callback
        callback.receivedAt = Timestamp(milliseconds: time.read().wall)
        _ = try await journal.append([callback])
    }

    @Test func tellsOfEachOptOutOnceAndAgainEveryHour() async throws {
        let folder = try TemporaryDirectory()
        let time = ManualTimeSource()
        let journal = try Self.journal(folder, time)
        let log = Recorder()
        let watch = OverdueWatch(journal: journal, time: time, logger: log.logger)
        let decoding = CallbackDecoding(
            journal: journal,
            policy: .init(),
            duplicateWindow: .seconds(600),
            logger: log.logger
        )
        try await Self.tell(.unsubscribe("c1", "jane@acme.example"), journal, time)
        _ = try await decoding.runOnce()
        try await watch.runOnce()
        #expect(log.messages.isEmpty)
        time.advance(by: .seconds(301))
        for _ in 0..<3 { try await watch.runOnce() }
        #expect(log.messages == [Self.optOut])
        try await Self.tell(.unsubscribe("c2", "joe@acme.example"), journal, time)
        _ = try await decoding.runOnce()
        time.advance(by: .seconds(301))
        for _ in 0..<3 { try await watch.runOnce() }
        #expect(log.messages == [Self.optOut, Self.optOut])
        time.advance(by: .seconds(3301))
        try await watch.runOnce()
        #expect(log.messages.count == 3, "the first one again")
    }

    @Test func tellsOfCallbacksThatNobodyDecodesUntilSomebodyDoes() async throws {
        let folder = try TemporaryDirectory()
        let time = ManualTimeSource()
        let journal = try Self.journal(folder, time)
        let log = Recorder()
        let watch = OverdueWatch(journal: journal, time: time, logger: log.logger)
        let decoding = CallbackDecoding(
            journal: journal,
            policy: .init(),
            duplicateWindow: .seconds(600),
            logger: log.logger
        )
        for round in 1...2 {
            try await Self.tell(.subscribe("c\(round)", "jane@acme.example"), journal, time)
            time.advance(by: .seconds(301))
            for _ in 0..<3 { try await watch.runOnce() }
            #expect(log.messages.count == round && log.messages.last == Self.undecoded)
            _ = try await decoding.runOnce()
            try await watch.runOnce()
        }
    }
}
