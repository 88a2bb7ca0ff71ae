package import CoreMetrics
import Synchronization

/// Keeps what swift-metrics reports in this process, for Prometheus to fetch.
///
/// Names and labels are made valid rather than refused. The kind of a name is that of its first use: a later use of the same
/// name as another kind works but is not shown, since Prometheus would refuse the whole page. Every combination of label
/// values is a series that stays, so callers take them from closed sets.
package final class PrometheusRegistry: Sendable {
    private let descriptions: [String: MetricDescription]
    private let families = Mutex<[String: MetricFamily]>([:])

    /// Makes an empty registry.
    ///
    /// - Parameter descriptions: Help texts and histogram bounds; what is not described has no `# HELP` line, and the
    ///   bounds for seconds. Of two with one name, the first counts.
    package init(descriptions: [MetricDescription] = []) {
        self.descriptions = Dictionary(
            descriptions.map { (PrometheusName.metric($0.name), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Writes everything out for Prometheus.
    ///
    /// - Parameter samples: Gauges computed just now. They join a gauge of the same name; one that has the name of a counter
    ///   or histogram is left out.
    /// - Returns: The text format 0.0.4, families in the order of their names and series in that of their labels.
    package func exposition(adding samples: [GaugeSample] = []) -> String {
        var pages = families.withLock { $0 }.mapValues { FamilyPage($0) }
        var helps = descriptions.mapValues(\.help)
        for sample in samples {
            let name = PrometheusName.metric(sample.name)
            let labels = LabelSet(sample.labels.map { ($0.key, $0.value) })
            let isShown = pages[name, default: FamilyPage(word: "gauge")].add(sample.value, labels: labels)
            if isShown, helps[name] == nil { helps[name] = sample.help }
        }
        return pages.sorted { $0.key < $1.key }
            .map { name, page in page.text(name: name, help: helps[name]) }
            .joined()
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        let labels = LabelSet(dimensions)
        return families.withLock { $0[PrometheusName.metric(label), default: .counters([:])].counter(labels) }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let labels = LabelSet(dimensions)
        return families.withLock { $0[PrometheusName.metric(label), default: .gauges([:])].gauge(labels) }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        let name = PrometheusName.metric(label)
        let labels = LabelSet(dimensions, reserving: "le")
        var bounds = MetricDescription.secondBounds
        if case .histogram(let described) = descriptions[name]?.kind { bounds = described }
        return families.withLock { $0[name, default: .histograms([:])].histogram(labels, bounds: bounds) }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            families = families.mapValues { $0.removing(handler) }.filter { !$0.value.isEmpty }
        }
    }
}

extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A recorder that aggregates is a histogram, one that doesn't is a gauge.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {
        remove(handler)
    }

    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        remove(handler)
    }

    package func destroyMeter(_ handler: any MeterHandler) {
        remove(handler)
    }

    package func destroyRecorder(_ handler: any RecorderHandler) {
        remove(handler)
    }

    package func destroyTimer(_ handler: any TimerHandler) {
        remove(handler)
    }
}
