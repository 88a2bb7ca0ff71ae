import CoreMetrics
import Prometheus
import Testing

@Suite struct ExpositionTests {
    @Test func familiesAndSeriesComeInTheOrderOfTheirNames() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "b_total", help: "The second.", kind: .counter),
            MetricDescription(name: "a_total", help: "The first.", kind: .counter),
        ])
        Counter(label: "b_total", dimensions: [("source", "zapier"), ("result", "ok")], factory: registry).increment()
        Counter(label: "b_total", dimensions: [("source", "getresponse"), ("result", "ok")], factory: registry)
            .increment(by: 41)
        Counter(label: "a_total", factory: registry).increment()
        #expect(
            registry.exposition() == """
                # HELP a_total The first.
                # TYPE a_total counter
                a_total 1
                # HELP b_total The second.
                # TYPE b_total counter
                b_total{result="ok",source="getresponse"} 41
                b_total{result="ok",source="zapier"} 1

                """
        )
    }

    @Test func emptyRegistryIsAnEmptyPage() {
        #expect(PrometheusRegistry().exposition().isEmpty)
    }

    @Test func labelValuesAndHelpAreEscaped() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "x", help: "A \\ and a\nnew \"line\".", kind: .gauge)
        ])
        Gauge(label: "x", dimensions: [("path", "C:\\\"a\"\r\nb")], factory: registry).record(1)
        #expect(
            registry.exposition() == """
                # HELP x A \\\\ and a\\nnew "line".
                # TYPE x gauge
                x{path="C:\\\\\\"a\\"\r\\nb"} 1

                """
        )
    }

    @Test(arguments: [
        ("http.requests", "http_requests"), ("9lives", "_9lives"), ("a:b", "a:b"), ("größe", "gr__e"), ("", "_"),
        ("٣", "_"),
    ])
    func namesAreMadeValid(name: String, expected: String) {
        let registry = PrometheusRegistry()
        Counter(label: name, factory: registry).increment()
        #expect(registry.exposition() == "# TYPE \(expected) counter\n\(expected) 1\n")
    }

    @Test func labelNamesAreMadeValidAndKeptOnce() {
        let registry = PrometheusRegistry()
        let dimensions = [("a:b", "1"), ("a-b", "2"), ("2nd", "3")]
        Counter(label: "c", dimensions: dimensions, factory: registry).increment()
        #expect(registry.exposition().hasSuffix("c{_2nd=\"3\",a_b=\"1\"} 1\n"))
    }

    @Test func orderOfTheDimensionsDoesNotMakeASecondSeries() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.exposition().hasSuffix("c{a=\"1\",b=\"2\"} 2\n"))
    }

    @Test func nameOfAnotherKindKeepsItsFirstKind() {
        let registry = PrometheusRegistry()
        Counter(label: "c", factory: registry).increment()
        Gauge(label: "c", factory: registry).record(7)
        Timer(label: "c", factory: registry).recordSeconds(1)
        let sample = GaugeSample(name: "c", help: "", value: 9)
        #expect(registry.exposition(adding: [sample]) == "# TYPE c counter\nc 1\n")
    }

    @Test func computedGaugesJoinThePage() {
        let registry = PrometheusRegistry()
        Gauge(label: "depth", dimensions: [("lane", "lead")], factory: registry).record(1)
        Counter(label: "z_total", factory: registry).increment()
        let samples = [
            GaugeSample(name: "depth", help: "Waiting.", labels: ["lane": "lead"], value: 2),
            GaugeSample(name: "depth", help: "Waiting.", labels: ["lane": "bulk"], value: 0.5),
            GaugeSample(name: "age", help: "Oldest.", value: .infinity),
        ]
        #expect(
            registry.exposition(adding: samples) == """
                # HELP age Oldest.
                # TYPE age gauge
                age +Inf
                # HELP depth Waiting.
                # TYPE depth gauge
                depth{lane="bulk"} 0.5
                depth{lane="lead"} 2
                # TYPE z_total counter
                z_total 1

                """
        )
        #expect(!registry.exposition().contains("age"))
    }
}
