import CoreMetrics
import Synchronization

/// One counter, which takes whole and fractional increments alike.
final class CounterSeries: Sendable {
    private let whole = Atomic<Int64>(0)
    private let fractional = Mutex<Double>(0)

    /// The count as the text format writes it, exact for as long as only whole increments came.
    var text: String {
        let whole = whole.load(ordering: .relaxed)
        let fractional = fractional.withLock { $0 }
        return fractional == 0 ? String(whole) : PrometheusText.number(Double(whole) + fractional)
    }
}

extension CounterSeries: CounterHandler, FloatingPointCounterHandler {
    /// Adds to the count; a counter never goes down, so a negative amount is ignored.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fractional.withLock { $0 += amount }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.withLock { $0 = 0 }
    }
}
