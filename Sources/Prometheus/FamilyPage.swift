/// One family on its way to the text format: the lines of each series, without the family's name.
struct FamilyPage {
    /// A line after the family's name: `_bucket{le="1"} 3`.
    private typealias Line = String

    private let word: String
    private var lines: [LabelSet: [Line]] = [:]

    /// An empty family of the kind that `# TYPE` calls `word`.
    init(word: String) {
        self.word = word
    }

    init(_ family: MetricFamily) {
        switch family {
        case .counters(let series):
            word = "counter"
            lines = Self.lines(of: series) { labels, counter in ["\(labels.braced) \(counter.text)"] }
        case .gauges(let series):
            word = "gauge"
            lines = Self.lines(of: series) { labels, gauge in Self.gaugeLines(labels, gauge.value) }
        case .histograms(let series):
            word = "histogram"
            lines = Self.lines(of: series, Self.histogramLines)
        }
    }

    /// Adds a gauge, in the place of one with the same labels; false, and nothing done, in a family of another kind.
    mutating func add(_ value: Double, labels: LabelSet) -> Bool {
        guard word == "gauge" else { return false }
        lines[labels] = Self.gaugeLines(labels, value)
        return true
    }

    func text(name: String, help: String?) -> String {
        var text = ""
        if let help { text += "# HELP \(name) \(PrometheusText.escapedHelp(help))\n" }
        text += "# TYPE \(name) \(word)\n"
        for (_, lines) in lines.sorted(by: { $0.key < $1.key }) {
            for line in lines { text += "\(name)\(line)\n" }
        }
        return text
    }

    private static func lines<Series>(
        of series: [LabelSet: Series],
        _ lines: (LabelSet, Series) -> [Line]
    ) -> [LabelSet: [Line]] {
        Dictionary(uniqueKeysWithValues: series.map { ($0.key, lines($0.key, $0.value)) })
    }

    private static func gaugeLines(_ labels: LabelSet, _ value: Double) -> [Line] {
        ["\(labels.braced) \(PrometheusText.number(value))"]
    }

    private static func histogramLines(_ labels: LabelSet, _ histogram: HistogramSeries) -> [Line] {
        let snapshot = histogram.snapshot
        var total: UInt64 = 0
        var lines: [Line] = []
        for (bound, count) in zip(histogram.bounds + [.infinity], snapshot.counts) {
            total += count
            lines.append("_bucket\(labels.braced(lessOrEqual: bound)) \(total)")
        }
        lines.append("_sum\(labels.braced) \(PrometheusText.number(snapshot.sum))")
        lines.append("_count\(labels.braced) \(total)")
        return lines
    }
}
