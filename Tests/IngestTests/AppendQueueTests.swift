import Journal
import TestSupport
import Testing

@testable import Ingest

@Suite struct AppendQueueTests {
    @Test func firstArrivalStartsCommittingAndTheOthersWait() {
        var queue = AppendQueue<Int>(limits: AppendLimits())
        #expect(queue.arrive(.numbered(0), waiter: 0).word == "start")
        #expect(queue.arrive(.numbered(1), waiter: 1).word == "wait")
        #expect(queue.nextWaiters() == [0, 1])
        #expect(queue.arrive(.numbered(2), waiter: 2).word == "wait")
        #expect(queue.nextWaiters() == [2])
        #expect(queue.nextWaiters() == nil)
        #expect(queue.arrive(.numbered(3), waiter: 3).word == "start")
    }

    @Test func batchHasAsManyCallbacksAsItsLimit() {
        var limits = AppendLimits()
        limits.batch = 3
        var queue = AppendQueue<Int>(limits: limits)
        for number in 0..<7 { _ = queue.arrive(.numbered(number), waiter: number) }
        #expect(queue.nextWaiters() == [0, 1, 2])
        #expect(queue.nextWaiters() == [3, 4, 5])
        #expect(queue.nextWaiters() == [6])
    }

    @Test func batchHasAsManyBytesAsItsLimitAndAtLeastOneCallback() {
        var limits = AppendLimits()
        limits.batchBytes = 250
        var queue = AppendQueue<Int>(limits: limits)
        for (number, bytes) in [100, 100, 100, 900, 10].enumerated() {
            _ = queue.arrive(.numbered(number, bytes: bytes), waiter: number)
        }
        #expect(queue.nextWaiters() == [0, 1])
        #expect(queue.nextWaiters() == [2])
        #expect(queue.nextWaiters() == [3])
        #expect(queue.nextWaiters() == [4])
    }

    @Test func fullQueueRefuses() {
        var limits = AppendLimits()
        limits.queued = 2
        var queue = AppendQueue<Int>(limits: limits)
        for number in 0..<2 { _ = queue.arrive(.numbered(number), waiter: number) }
        #expect(queue.arrive(.numbered(2), waiter: 2).word == "The queue is full: 2 callbacks wait for a commit.")
        #expect(queue.nextWaiters() == [0, 1])
        #expect(queue.arrive(.numbered(3), waiter: 3).word == "wait")
    }

    @Test func queueIsFullByBytesTooButOneCallbackMayAlwaysWait() {
        var limits = AppendLimits()
        limits.queuedBytes = 50
        var queue = AppendQueue<Int>(limits: limits)
        #expect(queue.arrive(.numbered(0, bytes: 500), waiter: 0).word == "start")
        #expect(queue.arrive(.numbered(1), waiter: 1).word.hasPrefix("The queue is full"))
        #expect(queue.nextWaiters() == [0])
        #expect(queue.arrive(.numbered(2), waiter: 2).word == "wait")
    }

    @Test func closedQueueRefusesButGivesOutWhatItHas() {
        var queue = AppendQueue<Int>(limits: AppendLimits())
        _ = queue.arrive(.numbered(0), waiter: 0)
        queue.close()
        #expect(queue.arrive(.numbered(1), waiter: 1).word == "The process is shutting down.")
        #expect(queue.nextWaiters() == [0])
        #expect(queue.nextWaiters() == nil)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func everyArrivalIsRefusedOrGivenOutOnceInOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var limits = AppendLimits()
        limits.queued = 20
        limits.queuedBytes = 3000
        limits.batch = 7
        limits.batchBytes = 900
        var queue = AppendQueue<Int>(limits: limits)
        var accepted: [Int] = []
        var givenOut: [Int] = []
        for number in 0..<2000 {
            if Int.random(in: 0..<4, using: &random) > 0 {
                let arrival = queue.arrive(
                    .numbered(number, bytes: .random(in: 0..<600, using: &random)),
                    waiter: number
                )
                if case .refuse = arrival { continue }
                accepted.append(number)
            } else if queue.isCommitting, let waiters = queue.nextWaiters() {
                #expect(waiters.count <= limits.batch, "seed \(seed)")
                givenOut += waiters
            }
        }
        while let waiters = queue.nextWaiters() { givenOut += waiters }
        #expect(givenOut == accepted, "seed \(seed)")
        #expect(accepted.count < 2000, "seed \(seed)")
    }
}

extension AppendQueue {
    /// The waiters of the next batch, checked to be those of its callbacks; nil where there is none.
    fileprivate mutating func nextWaiters() -> [Waiter]? where Waiter == Int {
        guard case .commit(let callbacks, let waiters) = next() else { return nil }
        #expect(callbacks.map(\.number) == waiters)
        return waiters
    }
}

extension AppendQueue.Arrival {
    fileprivate var word: String {
        switch self {
        case .wait: "wait"
        case .startCommitting: "start"
        case .refuse(let error): "\(error)"
        }
    }
}
