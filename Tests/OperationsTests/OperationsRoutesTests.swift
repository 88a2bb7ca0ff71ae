import Hummingbird
import HummingbirdTesting
import Operations
import Prometheus
import Testing

@Suite struct OperationsRoutesTests {
    private struct Unreadable: Error {}

    @Test func healthIsOKWhateverTheReadiness() async throws {
        let response = try await get("/healthz", readiness: .notReady(reason: "The journal is locked."))
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == #"{"status":"ok"}"#)
        #expect(response.headers[.contentType] == "application/json")
    }

    @Test func readinessTellsTheReason() async throws {
        let ready = try await get("/readyz", readiness: .ready)
        #expect(ready.status == .ok)
        #expect(String(buffer: ready.body) == #"{"status":"ok"}"#)
        let notReady = try await get("/readyz", readiness: .notReady(reason: #"No "journal" at /var/lib."#))
        #expect(notReady.status == .serviceUnavailable)
        #expect(
            String(buffer: notReady.body) == #"{"reason":"No \"journal\" at /var/lib.","status":"unavailable"}"#
        )
    }

    @Test(arguments: ["/healthz", "/readyz"])
    func loadBalancersMayAskByHEAD(uri: String) async throws {
        let response = try await get(uri, method: .head)
        #expect(response.status == .ok)
        #expect(response.body.readableBytes == 0)
        #expect(response.headers[.contentLength] == "15")
    }

    @Test func metricsShowTheRegistryAndTheComputedGauges() async throws {
        let registry = PrometheusRegistry(descriptions: MetricCatalog.all)
        _ = registry.makeCounter(label: "leadrelay_callbacks_total", dimensions: [("source", "zapier")])
        let response = try await get("/metrics", registry: registry) {
            [GaugeSample(name: "leadrelay_pauses", help: "Paused.", value: 2)]
        }
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let text = String(buffer: response.body)
        #expect(text.contains("leadrelay_callbacks_total{source=\"zapier\"} 0\n"))
        #expect(text.contains("leadrelay_pauses 2\n"))
        #expect(text.contains("leadrelay_journal_up 1\n"))
    }

    @Test func unreadableJournalLeavesTheOtherMetrics() async throws {
        let registry = PrometheusRegistry()
        _ = registry.makeCounter(label: "kept_total", dimensions: [])
        let response = try await get("/metrics", registry: registry) { throw Unreadable() }
        #expect(response.status == .ok)
        let text = String(buffer: response.body)
        #expect(text.contains("kept_total 0\n"))
        #expect(text.contains("leadrelay_journal_up 0\n"))
    }

    private func get(
        _ uri: String,
        method: HTTPRequest.Method = .get,
        registry: PrometheusRegistry = PrometheusRegistry(),
        readiness: Readiness = .ready,
        gauges: @escaping @Sendable () async throws -> [GaugeSample] = { [] }
    ) async throws -> TestResponse {
        let router = Router()
        OperationsRoutes(registry: registry, readiness: { readiness }, gauges: gauges).addRoutes(to: router)
        return try await Application(router: router).test(.router) { client in
            try await client.execute(uri: uri, method: method)
        }
    }
}
