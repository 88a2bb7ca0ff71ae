/// What a metric means: the source of its `# HELP` line, of a histogram's bounds, and of the list in README.
package struct MetricDescription: Hashable, Sendable {
    /// How Prometheus treats the values.
    package enum Kind: Hashable, Sendable {
        /// Only grows, and starts at 0 with the process.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations counted in buckets; the bounds are upper and inclusive, and `+Inf` is implied.
        case histogram(bounds: [Double] = MetricDescription.secondBounds)
    }

    /// The full name, unit and `_total` included.
    package var name: String
    /// One sentence for people.
    package var help: String
    package var kind: Kind
    /// The label names, in the order in which documents list them.
    package var labels: [String]

    package init(name: String, help: String, kind: Kind, labels: [String] = []) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
    }

    /// Bounds for durations in seconds, from half a millisecond (a commit to a fast disk) to 30 s (a slow API).
    package static let secondBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
}

extension MetricDescription.Kind {
    /// The word of the `# TYPE` line.
    package var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
