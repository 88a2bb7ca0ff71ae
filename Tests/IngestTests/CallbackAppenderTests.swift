import Ingest
import Journal
import Logging
import Testing

@Suite(.timeLimit(.minutes(1))) struct CallbackAppenderTests {
    private let store = RecordingStore()

    @Test func appendsThatArriveTogetherShareCommits() async throws {
        var limits = AppendLimits()
        limits.batch = 64
        let appender = appender(limits: limits)
        let count = 1000
        let ids = try await withThrowingTaskGroup(of: (number: Int, id: Int64).self) { group in
            for number in 0..<count {
                group.addTask { (number, try await appender.append(.numbered(number))) }
            }
            return try await group.reduce(into: [Int: Int64]()) { $0[$1.number] = $1.id }
        }
        let stored = store.callbacks
        #expect(stored.count == count)
        #expect(Set(ids.values) == Set(1...Int64(count)))
        #expect(ids.allSatisfy { number, id in stored[Int(id) - 1].number == number })
        #expect(store.batches.allSatisfy { $0.count <= 64 })
        #expect(store.batches.count < count)
    }

    @Test func whatArrivesDuringACommitIsTheNextBatch() async throws {
        let appender = appender()
        store.hold()
        async let first = appender.append(.numbered(0))
        await store.waitForCommits(1)
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 1...50 { group.addTask { try await appender.append(.numbered(number)) } }
            await queued(50, in: appender)
            store.release()
            try await group.waitForAll()
        }
        #expect(try await first == 1)
        #expect(store.batches.map(\.count) == [1, 50])
    }

    @Test func everyMemberOfAFailedBatchFailsAndTheNextSucceeds() async throws {
        let appender = appender()
        store.hold()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    await #expect(throws: IngestError.journal(.unwritable("disk full"))) {
                        try await appender.append(.numbered(number))
                    }
                }
                await store.waitForCommits(1)
            }
            await queued(19, in: appender)
            store.fail(with: .unwritable("disk full"))
            store.release()
        }
        #expect(store.callbacks.isEmpty)
        store.fail(with: nil)
        #expect(try await appender.append(.numbered(1)) == 1)
    }

    @Test func storeThatLosesAnIDFailsTheBatch() async {
        store.loseIDs(1)
        let appender = appender()
        await #expect(throws: IngestError.journal(.database("0 ids for 1 callbacks"))) {
            try await appender.append(.numbered(1))
        }
    }

    @Test func fullQueueRefusesAtOnceWhileACommitHangs() async throws {
        var limits = AppendLimits()
        limits.queued = 3
        let appender = appender(limits: limits)
        store.hold()
        try await withThrowingTaskGroup(of: Int64.self) { group in
            group.addTask { try await appender.append(.numbered(0)) }
            await store.waitForCommits(1)
            for number in 1...3 { group.addTask { try await appender.append(.numbered(number)) } }
            await queued(3, in: appender)
            await #expect(throws: IngestError.queueFull(queued: 3)) { try await appender.append(.numbered(4)) }
            #expect(store.callbacks.isEmpty)
            store.release()
            try await group.waitForAll()
        }
        #expect(store.callbacks.count == 4)
    }

    @Test func cancelledCallerDoesNotCancelTheCommit() async throws {
        let appender = appender()
        store.hold()
        let caller = Task { try await appender.append(.numbered(0)) }
        await store.waitForCommits(1)
        caller.cancel()
        store.release()
        #expect(try await caller.value == 1)
        #expect(store.callbacks.count == 1)
    }

    @Test func drainCommitsWhatIsQueuedAndRefusesTheRest() async throws {
        let appender = appender()
        store.hold()
        async let first = appender.append(.numbered(0))
        await store.waitForCommits(1)
        async let second = appender.append(.numbered(1))
        await queued(1, in: appender)
        async let drained: Void = appender.drain()
        while !appender.isDraining { await Task.yield() }
        await #expect(throws: IngestError.shuttingDown) { try await appender.append(.numbered(2)) }
        #expect(store.callbacks.isEmpty)
        store.release()
        await drained
        #expect(store.callbacks.map(\.number) == [0, 1])
        #expect(try await first == 1)
        #expect(try await second == 2)
        await appender.drain()
    }

    private func appender(limits: AppendLimits = AppendLimits()) -> CallbackAppender {
        CallbackAppender(store: store, limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func queued(_ count: Int, in appender: CallbackAppender) async {
        while appender.queuedCount < count { await Task.yield() }
    }
}
