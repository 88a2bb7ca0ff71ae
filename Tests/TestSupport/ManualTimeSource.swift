import Synchronization
package import Time

/// Clocks that stand still until a test moves them.
package final class ManualTimeSource: TimeSource {
    private struct State {
        var reading: TimeReading
        var sleepers: [(id: Int, until: Int64, continuation: CheckedContinuation<Void, any Error>)] = []
        var nextID = 0
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    /// Starts at 2026-04-21T09:15:00Z, the time of the guide's callback, an hour after a boot.
    package init(wall: Int64 = 1_776_762_900_000, boot: Int64 = 3_600_000, bootID: String = "boot-1") {
        state = Mutex(State(reading: TimeReading(wall: wall, boot: boot, bootID: bootID)))
    }

    package func read() -> TimeReading {
        state.withLock(\.reading)
    }

    /// Lets both clocks run on, and wakes who slept until then.
    package func advance(by duration: Duration) {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let woken = state.withLock { state in
            state.reading.wall += milliseconds
            state.reading.boot += milliseconds
            let woken = state.sleepers.filter { $0.until <= state.reading.boot }
            state.sleepers.removeAll { $0.until <= state.reading.boot }
            return woken.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Lets both clocks run on to when the next sleeper wakes, and takes those along who wake within `grain` after it.
    ///
    /// - Returns: Whether anybody slept.
    @discardableResult
    package func advanceToNextWake(grain: Duration = .zero) -> Bool {
        let milliseconds = grain.components.seconds * 1000 + grain.components.attoseconds / 1_000_000_000_000_000
        let step = state.withLock { state -> Int64? in
            guard let first = state.sleepers.map(\.until).min() else { return nil }
            let last = state.sleepers.lazy.map(\.until).filter { $0 <= first + milliseconds }.max() ?? first
            return max(0, last - state.reading.boot)
        }
        guard let step else { return false }
        advance(by: .milliseconds(step))
        return true
    }

    /// Sets the wall clock, as an operator or NTP would; the boot clock does not notice.
    package func jumpWall(by duration: Duration) {
        state.withLock { $0.reading.wall += duration.components.seconds * 1000 }
    }

    /// A restart of the machine: another boot id, the boot clock near zero.
    package func reboot(bootID: String) {
        state.withLock { state in
            state.reading.bootID = bootID
            state.reading.boot = 1000
        }
    }

    /// How many tasks are asleep: what a test waits for before it moves the clock.
    package var sleeperCount: Int {
        state.withLock(\.sleepers.count)
    }

    package func sleep(for duration: Duration) async throws {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if milliseconds <= 0 { return .success(()) }
                    state.sleepers.append((id, state.reading.boot + milliseconds, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index).continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
    }
}
