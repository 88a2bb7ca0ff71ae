import CoreMetrics
import Synchronization

/// One histogram with fixed bounds.
final class HistogramSeries: Sendable {
    /// What was observed so far, read in one piece so that the buckets add up to the count.
    struct Snapshot {
        /// Observations in each bucket, not cumulated; the last is above every bound.
        var counts: [UInt64]
        var sum: Double
    }

    /// Upper, inclusive bounds, ascending, without `+Inf`.
    let bounds: [Double]
    private let observed: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
        observed = Mutex(Snapshot(counts: Array(repeating: 0, count: self.bounds.count + 1), sum: 0))
    }

    var snapshot: Snapshot { observed.withLock { $0 } }

    private func observe(_ value: Double) {
        // One NaN or infinity would make the sum useless for the life of the process.
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        observed.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }
}

extension HistogramSeries: RecorderHandler, TimerHandler {
    func record(_ value: Int64) {
        observe(Double(value))
    }

    func record(_ value: Double) {
        observe(value)
    }

    /// Observes a duration in seconds, Prometheus's base unit, whatever unit the timer prefers.
    func recordNanoseconds(_ duration: Int64) {
        observe(Double(duration) / 1_000_000_000)
    }
}
