import Synchronization
import TestSupport
import Testing
import Time

@testable import Worker

@Suite("A queue of batches", .timeLimit(.minutes(1)))
struct BatchQueueTests {
    /// The batches that left, in their order.
    private final class Record: Sendable {
        private let batches = Mutex<[[Int]]>([])

        func note(_ batch: [Int]) { batches.withLock { $0.append(batch) } }
        var all: [[Int]] { batches.withLock(\.self) }
    }

    private func queue(
        limit: Int,
        linger: Duration,
        time: any TimeSource,
        key: @escaping @Sendable (Int) -> String? = { _ in nil },
        record: Record
    ) -> BatchQueue<Int, String> {
        BatchQueue(limit: limit, linger: linger, time: time, key: key) { isSent in
            isSent ? "gone" : "left"
        } carryOut: { batch in
            record.note(batch)
            return batch.map { "\($0)!" }
        }
    }

    private func ask(_ numbers: some Sequence<Int> & Sendable, _ queue: BatchQueue<Int, String>) async -> [String] {
        await withTaskGroup { group in
            for number in numbers { group.addTask { (number, await queue.ask(number)) } }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    @Test func fullBatchLeavesAtOnceAndEverybodyGetsTheirOwnAnswer() async {
        let record = Record()
        // Time stands still: nothing leaves by lingering.
        let queue = queue(limit: 4, linger: .seconds(1), time: ManualTimeSource(), record: record)
        #expect(await ask(1...8, queue) == (1...8).map { "\($0)!" })
        #expect(record.all.map(\.count) == [4, 4])
        #expect(Set(record.all.joined()) == Set(1...8))
    }

    /// A crowd that is coming in makes one batch instead of several; it is waited for three times at most.
    @Test func crowdIsWaitedForWhileItComes() async throws {
        let time = ManualTimeSource()
        let record = Record()
        let queue = queue(limit: 200, linger: .milliseconds(200), time: time, record: record)
        let asking = Task {
            await withTaskGroup { group in
                for wave in 0..<4 {
                    for number in 0..<25 { group.addTask { _ = await queue.ask(wave * 25 + number) } }
                    while queue.waitingCount < (wave + 1) * 25, record.all.isEmpty { await Task.yield() }
                    while time.sleeperCount == 0, record.all.isEmpty { await Task.yield() }
                    time.advance(by: .milliseconds(200))
                    while time.sleeperCount == 0, record.all.isEmpty, wave < 2 { await Task.yield() }
                }
                time.advance(by: .seconds(10))
                await group.waitForAll()
            }
        }
        try await eventually("the first batch") { !record.all.isEmpty }
        #expect(record.all.first?.count == 75)
        while record.all.joined().count < 100 {
            time.advance(by: .milliseconds(200))
            await Task.yield()
        }
        await asking.value
        #expect(Set(record.all.joined()) == Set(0..<100))
    }

    @Test func restLeavesALittleAfterItsFirstCame() async throws {
        let time = ManualTimeSource()
        let record = Record()
        let queue = queue(limit: 10, linger: .milliseconds(200), time: time, record: record)
        async let answers = ask(1...3, queue)
        while time.sleeperCount == 0 { await Task.yield() }
        try await eventually("all three wait") { queue.waitingCount == 3 }
        time.advance(by: .milliseconds(199))
        #expect(record.all.isEmpty)
        time.advance(by: .milliseconds(1))
        #expect(await answers == ["1!", "2!", "3!"])
        #expect(record.all.map(\.count) == [3])
    }

    @Test func sameKeyNeverComesTwiceInABatch() async {
        let record = Record()
        let queue = queue(
            limit: 100,
            linger: .zero,
            time: ManualTimeSource(),
            key: { "\($0 % 5)" },
            record: record
        )
        #expect(await ask(0..<40, queue) == (0..<40).map { "\($0)!" })
        for batch in record.all { #expect(Set(batch.map { $0 % 5 }).count == batch.count, "\(batch)") }
    }

    @Test func cancelledCallerWaitsNoLongerAndIsNotSent() async throws {
        let record = Record()
        let queue = queue(limit: 3, linger: .seconds(9), time: ManualTimeSource(), record: record)
        let leaving = Task { await queue.ask(1) }
        try await eventually("it waits") { queue.waitingCount == 1 }
        leaving.cancel()
        #expect(await leaving.value == "left")
        #expect(await ask(2...4, queue) == ["2!", "3!", "4!"])
        #expect(record.all.map { $0.sorted() } == [[2, 3, 4]])
    }

    @Test func callerThatIsCancelledWhileItsBatchIsOutWaitsNoLonger() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let left = Mutex(false)
        let queue = BatchQueue<Int, String>(limit: 1, linger: .zero, time: ManualTimeSource()) { isSent in
            isSent ? "gone" : "left"
        } carryOut: { batch in
            left.withLock { $0 = true }
            for await _ in gate {}
            return batch.map { "\($0)!" }
        }
        let leaving = Task { await queue.ask(1) }
        try await eventually("it is out") { left.withLock(\.self) }
        leaving.cancel()
        #expect(await leaving.value == "gone")
        opening.finish()
    }
}
