import CoreMetrics
import Prometheus
import Testing

@Suite struct SeriesTests {
    @Test func counterTakesWholeAndFractionalIncrements() {
        let registry = PrometheusRegistry()
        Counter(label: "c", factory: registry).increment(by: 2)
        FloatingPointCounter(label: "c", factory: registry).increment(by: 0.25)
        #expect(registry.exposition().hasSuffix("c 2.25\n"))
    }

    @Test func counterNeverGoesDown() {
        let registry = PrometheusRegistry()
        let handler = registry.makeCounter(label: "c", dimensions: [])
        handler.increment(by: 3)
        handler.increment(by: -2)
        registry.makeFloatingPointCounter(label: "c", dimensions: []).increment(by: -0.5)
        registry.makeFloatingPointCounter(label: "c", dimensions: []).increment(by: .nan)
        #expect(registry.exposition().hasSuffix("c 3\n"))
    }

    @Test func largeCountsStayExact() {
        let registry = PrometheusRegistry()
        Counter(label: "c", factory: registry).increment(by: 9_007_199_254_740_993)
        #expect(registry.exposition().hasSuffix("c 9007199254740993\n"))
    }

    @Test func meterGoesUpAndDown() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "m", factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement(by: 4.0)
        #expect(registry.exposition() == "# TYPE m gauge\nm 3.5\n")
    }

    @Test func timerIsAHistogramInSeconds() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "t_seconds", help: "Time.", kind: .histogram(bounds: [0.5, 0.1, 1]))
        ])
        let timer = Timer(label: "t_seconds", dimensions: [("le", "x")], factory: registry)
        timer.recordMilliseconds(100)
        timer.recordMilliseconds(250)
        timer.recordSeconds(3)
        #expect(
            registry.exposition() == """
                # HELP t_seconds Time.
                # TYPE t_seconds histogram
                t_seconds_bucket{exported_le="x",le="0.1"} 1
                t_seconds_bucket{exported_le="x",le="0.5"} 2
                t_seconds_bucket{exported_le="x",le="1"} 2
                t_seconds_bucket{exported_le="x",le="+Inf"} 3
                t_seconds_sum{exported_le="x"} 3.35
                t_seconds_count{exported_le="x"} 3

                """
        )
    }

    @Test func recorderIsAHistogramWhenItAggregates() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "size", help: "Size.", kind: .histogram(bounds: [1, 8]))
        ])
        let recorder = Recorder(label: "size", factory: registry)
        recorder.record(8)
        recorder.record(9)
        recorder.record(Double.nan)
        let text = registry.exposition()
        #expect(text.contains("size_bucket{le=\"8\"} 1\nsize_bucket{le=\"+Inf\"} 2\nsize_sum 17\nsize_count 2\n"))
    }

    @Test func destroyedSeriesIsGone() {
        let registry = PrometheusRegistry()
        let kept = Counter(label: "c", dimensions: [("a", "1")], factory: registry)
        let dropped = Counter(label: "c", dimensions: [("a", "2")], factory: registry)
        let timer = Timer(label: "t", factory: registry)
        kept.increment()
        dropped.destroy()
        timer.destroy()
        #expect(registry.exposition() == "# TYPE c counter\nc{a=\"1\"} 1\n")
    }

    @Test func concurrentUseLosesNothing() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<500 {
                        Counter(label: "c", dimensions: [("n", "\(round % 3)")], factory: registry).increment()
                        FloatingPointCounter(label: "f", factory: registry).increment(by: 0.5)
                        Timer(label: "t", factory: registry).recordNanoseconds(1_000_000_000)
                        if round % 100 == task { _ = registry.exposition() }
                    }
                }
            }
        }
        let text = registry.exposition()
        #expect(text.contains("c{n=\"0\"} 1336\nc{n=\"1\"} 1336\nc{n=\"2\"} 1328\n"))
        #expect(text.contains("f 2000\n"))
        #expect(text.contains("t_sum 4000\nt_count 4000\n"))
    }
}
