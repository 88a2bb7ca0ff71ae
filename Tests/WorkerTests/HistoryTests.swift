import Synchronization
import TestSupport
import Testing

/// Random histories, each against the reference: whatever is told twice, in the wrong order, by a clock that jumps, through an
/// org that fails and workers that come and go, Salesforce ends as if each event had been applied once, in order.
///
/// A seed makes the same history again, though not the same interleaving: `LEADRELAY_SEED=… LEADRELAY_HISTORIES=1`.
@Suite("Random histories", .timeLimit(.minutes(Soak.isOn ? 60 : 4)))
struct HistoryTests {
    @Test func everyHistoryEndsAsIfEachEventHadBeenAppliedOnceInOrder() async throws {
        let seed = Soak.seed()
        let count = Soak.count("LEADRELAY_HISTORIES", usual: 200, soak: 4000)
        print("Random histories: \(count) from LEADRELAY_SEED=\(seed)")
        let queue = SeedQueue(first: seed, count: count)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while let seed = queue.next() {
                        let history = History(seed: seed)
                        let problems = try await HistoryRun(history: history).problems()
                        queue.note(history)
                        guard !problems.isEmpty, queue.isFirstFailure else { continue }
                        let (smallest, reasons) = try await shrink(history, problems)
                        Issue.record("\(reasons.joined(separator: "\n"))\n\(smallest)\n(seed \(seed), shrunk)")
                    }
                }
            }
            try await group.waitForAll()
        }
        let (histories, told) = queue.totals
        print("Random histories: \(histories) with \(told) tellings in \(ContinuousClock.now - start)")
    }

    /// Leaves out what the failure does not need, for half a minute at most.
    private func shrink(_ history: History, _ problems: [String]) async throws -> (History, [String]) {
        var smallest = (history, problems)
        let deadline = ContinuousClock.now + .seconds(30)
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for candidate in smallest.0.smaller {
                guard ContinuousClock.now < deadline else { return smallest }
                let problems = try await HistoryRun(history: candidate).problems()
                guard !problems.isEmpty else { continue }
                smallest = (candidate, problems)
                isSmaller = true
                break
            }
        }
        return smallest
    }
}

/// Hands out seeds, and counts.
private final class SeedQueue: Sendable {
    private struct State {
        var next: UInt64
        var left: Int
        var histories = 0
        var told = 0
        var failures = 0
    }

    private let state: Mutex<State>

    init(first: UInt64, count: Int) {
        state = Mutex(State(next: first, left: count))
    }

    func next() -> UInt64? {
        state.withLock { state in
            guard state.left > 0, state.failures < 5 else { return nil }
            state.left -= 1
            defer { state.next += 1 }
            return state.next
        }
    }

    func note(_ history: History) {
        state.withLock { state in
            state.histories += 1
            state.told += history.told.count
        }
    }

    /// Whether a failure is among the first few, which are worth shrinking.
    var isFirstFailure: Bool {
        state.withLock { state in
            state.failures += 1
            return state.failures <= 5
        }
    }

    var totals: (histories: Int, told: Int) { state.withLock { ($0.histories, $0.told) } }
}
