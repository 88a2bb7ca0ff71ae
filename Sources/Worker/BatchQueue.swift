import Synchronization
import Time

/// Requests of many tries that are carried out together: one call to Salesforce serves up to 200 of them.
///
/// A batch leaves when it is full, else a little after its first request came, or somewhat later while a crowd is coming in.
/// Whoever asks waits for the answer to its own request; a batch that is under way does not hold the next one up.
final class BatchQueue<Request: Sendable, Answer: Sendable>: Sendable {
    private struct Entry {
        var id: Int
        var request: Request
    }

    private struct State {
        var lastID = 0
        var waiting: [Entry] = []
        var callers: [Int: CheckedContinuation<Answer, Never>] = [:]
        /// Those that were cancelled before they came to wait.
        var cancelled: Set<Int> = []
        /// Whether a batch is on its way that takes up what waits.
        var isLingering = false
    }

    private enum Step {
        case send([Entry])
        case linger
        case wait
        case leave
    }

    /// So many requests within one linger are a crowd, of which more are on their way.
    private static var crowd: Int { 20 }
    /// How many times the linger a crowd's batch waits at most to become full.
    private static var longestLinger: Int { 3 }

    private let limit: Int
    private let linger: Duration
    private let time: any TimeSource
    private let key: @Sendable (Request) -> String?
    private let cancelled: @Sendable (_ isSent: Bool) -> Answer
    private let carryOut: @Sendable ([Request]) async -> [Answer]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: How many requests a batch holds at most.
    ///   - linger: How long the first of them waits for others.
    ///   - time: The clock that it waits by.
    ///   - key: What must not come twice in one batch; nil where it does not matter.
    ///   - cancelled: The answer for a caller that is cancelled, before or after its batch has left.
    ///   - carryOut: Carries a batch out: one answer a request, in their order.
    init(
        limit: Int,
        linger: Duration,
        time: any TimeSource,
        key: @escaping @Sendable (Request) -> String? = { _ in nil },
        cancelled: @escaping @Sendable (_ isSent: Bool) -> Answer,
        carryOut: @escaping @Sendable ([Request]) async -> [Answer]
    ) {
        self.limit = max(1, limit)
        self.linger = linger
        self.time = time
        self.key = key
        self.cancelled = cancelled
        self.carryOut = carryOut
    }

    /// Adds the request to the next batch; a caller that is cancelled waits no longer, whatever becomes of the batch.
    func ask(_ request: Request) async -> Answer {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                switch state.withLock({ enter(Entry(id: id, request: request), caller, &$0) }) {
                case .send(let batch): Task { await run(batch) }
                case .linger: Task { await lingerAndSend() }
                case .wait: break
                case .leave: caller.resume(returning: cancelled(false))
                }
            }
        } onCancel: {
            leave(id)
        }
    }

    /// How many requests wait for their batch.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    private func enter(_ entry: Entry, _ caller: CheckedContinuation<Answer, Never>, _ state: inout State) -> Step {
        guard state.cancelled.remove(entry.id) == nil else { return .leave }
        state.waiting.append(entry)
        state.callers[entry.id] = caller
        if state.waiting.count >= limit { return .send(nextBatch(&state)) }
        guard !state.isLingering else { return .wait }
        state.isLingering = true
        return .linger
    }

    private func leave(_ id: Int) {
        let (caller, isSent) = state.withLock { state in
            let isWaiting = state.waiting.contains { $0.id == id }
            state.waiting.removeAll { $0.id == id }
            let caller = state.callers.removeValue(forKey: id)
            if caller == nil { state.cancelled.insert(id) }
            return (caller, !isWaiting)
        }
        caller?.resume(returning: cancelled(isSent))
    }

    /// What is left, because its key is in the batch already, goes when that has been answered.
    private func lingerAndSend() async {
        var count = 0
        for _ in 0..<Self.longestLinger {
            try? await time.sleep(for: linger)
            let waiting = waitingCount
            guard waiting - count >= Self.crowd else { break }
            count = waiting
        }
        var batch = state.withLock { state in
            state.isLingering = false
            return nextBatch(&state)
        }
        while !batch.isEmpty {
            await run(batch)
            // Whoever came since has a linger of its own.
            batch = state.withLock { state in state.isLingering ? [] : nextBatch(&state) }
        }
    }

    private func run(_ batch: [Entry]) async {
        let answers = await carryOut(batch.map(\.request))
        for (entry, answer) in zip(batch, answers) {
            let caller = state.withLock { $0.callers.removeValue(forKey: entry.id) }
            caller?.resume(returning: answer)
        }
    }

    private func nextBatch(_ state: inout State) -> [Entry] {
        var seen: Set<String> = []
        var batch: [Entry] = []
        var rest: [Entry] = []
        for entry in state.waiting {
            let isNew = key(entry.request).map { seen.insert($0).inserted } ?? true
            if batch.count < limit, isNew { batch.append(entry) } else { rest.append(entry) }
        }
        state.waiting = rest
        return batch
    }
}
