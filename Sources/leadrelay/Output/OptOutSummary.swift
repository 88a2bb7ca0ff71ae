import Journal
import Model

/// What a list of opt-outs comes to.
///
/// It keeps four bytes of each: a million take 4 MB.
struct OptOutSummary {
    private(set) var count = 0
    private(set) var confirmed = 0
    private(set) var overdue = 0
    private var seconds: [Float] = []

    mutating func add(_ row: TableRow) {
        count += 1
        if row["overdue"] == .integer(1) { overdue += 1 }
        guard row["confirmed_at"] != .null else { return }
        confirmed += 1
        switch row["seconds_to_confirm"] {
        case .real(let value): seconds.append(Float(value))
        case .integer(let value): seconds.append(Float(value))
        case .null, .text: break
        }
    }

    /// One sentence or two for people.
    var text: String {
        let counts = "\(count.counted("opt-out")), \(overdue) overdue."
        guard let figures else { return counts }
        return counts + " \(confirmed) confirmed: median \(Self.text(figures.median)) s, "
            + "95th percentile \(Self.text(figures.p95)) s, 99th \(Self.text(figures.p99)) s, "
            + "worst \(Self.text(figures.worst)) s."
    }

    /// One JSON object: count, confirmed, overdue, and median, p95, p99 and worst in seconds, null where nothing is confirmed.
    var json: String {
        let figures = figures
        let seconds = [
            ("median", figures?.median), ("p95", figures?.p95), ("p99", figures?.p99), ("worst", figures?.worst),
        ].map { "\"\($0)\": \($1.map(Self.text) ?? "null")" }
        return "{\"count\": \(count), \"confirmed\": \(confirmed), \"overdue\": \(overdue), "
            + seconds.joined(separator: ", ") + "}"
    }

    private struct Figures {
        var median, p95, p99, worst: Float
    }

    /// The nearest-rank percentiles; nil where nothing is confirmed.
    private var figures: Figures? {
        guard !seconds.isEmpty else { return nil }
        let sorted = seconds.sorted()
        func percentile(_ percent: Int) -> Float { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
        return Figures(
            median: percentile(50),
            p95: percentile(95),
            p99: percentile(99),
            worst: sorted[sorted.count - 1]
        )
    }

    /// Thousandths of a second, as the journal has them.
    private static func text(_ seconds: Float) -> String {
        let thousandths = Int((Double(seconds) * 1000).rounded())
        let rest = String(abs(thousandths % 1000))
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
