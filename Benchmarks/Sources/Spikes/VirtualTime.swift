import Foundation
import Synchronization
import TestSupport

/// Moves a clock on whenever nothing can happen at its present moment, from a thread of its own.
final class VirtualTime: Sendable {
    let clock = ManualTimeSource()
    private let state = Mutex((isOver: false, grain: { @Sendable in Duration.milliseconds(10) }))

    /// Runs `body` while the clock is moved.
    func running<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let thread = Thread { [self] in drive() }
        thread.start()
        defer { state.withLock { $0.isOver = true } }
        return try await body()
    }

    /// How late a sleeper may wake, asked at each step: sleepers that wake together cost one step.
    func setGrain(_ grain: @escaping @Sendable () -> Duration) {
        state.withLock { $0.grain = grain }
    }

    private func drive() {
        let stillness = Stillness()
        while !state.withLock(\.isOver) {
            guard stillness.isStill(), clock.advanceToNextWake(grain: state.withLock(\.grain)()) else {
                usleep(50)
                continue
            }
        }
    }
}
