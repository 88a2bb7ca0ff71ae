import CoreMetrics
import Synchronization

/// One gauge: the last value set, or a running sum of what was added and taken away.
final class GaugeSeries: Sendable {
    private let current = Mutex<Double>(0)

    var value: Double { current.withLock { $0 } }
}

extension GaugeSeries: MeterHandler, RecorderHandler {
    func set(_ value: Int64) {
        set(Double(value))
    }

    func set(_ value: Double) {
        current.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        guard amount.isFinite else { return }
        current.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        increment(by: -amount)
    }

    func record(_ value: Int64) {
        set(Double(value))
    }

    func record(_ value: Double) {
        set(value)
    }
}
