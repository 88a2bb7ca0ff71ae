import Synchronization

/// How late this process comes to its work: on a loaded machine the emulated APIs take requests off the wire that much later
/// than they arrived, and a process that is starved sends them later than it meant to.
final class StallMeter: Sendable {
    private let worst = Mutex(Duration.zero)

    /// The longest stall so far.
    var longest: Duration { worst.withLock(\.self) }

    /// The same in whole milliseconds, rounded up.
    var milliseconds: Int64 { Int64(longest / .milliseconds(1)) + 1 }

    /// Measures as long as `body` runs.
    static func measuring<Value>(_ body: (StallMeter) async throws -> Value) async rethrows -> Value {
        let meter = StallMeter()
        let measuring = Task { await meter.measure() }
        defer { measuring.cancel() }
        return try await body(meter)
    }

    private func measure() async {
        while !Task.isCancelled {
            let due = ContinuousClock.now + .milliseconds(50)
            try? await Task.sleep(until: due, clock: .continuous)
            let late = ContinuousClock.now - due
            worst.withLock { $0 = max($0, late) }
        }
    }
}
