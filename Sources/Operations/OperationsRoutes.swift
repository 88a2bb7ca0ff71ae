import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
package import Prometheus

/// What monitoring asks a process: is it alive, can it work, and how does it do.
///
/// The addresses ask for no token: the process that serves them binds them to loopback, or a proxy keeps them in.
package struct OperationsRoutes<Context: RequestContext>: Sendable {
    private struct Health: Encodable {
        var status: String
        var reason: String?
    }

    private let registry: PrometheusRegistry
    private let readiness: @Sendable () async -> Readiness
    private let gauges: @Sendable () async throws -> [GaugeSample]

    /// Makes the routes of one process.
    ///
    /// - Parameters:
    ///   - registry: Where the process's metrics are.
    ///   - readiness: Asked at every `/readyz`, so it must be quick.
    ///   - gauges: Computed at every `/metrics`; when it throws, the registry's metrics are shown without them.
    package init(
        registry: PrometheusRegistry,
        readiness: @escaping @Sendable () async -> Readiness,
        gauges: @escaping @Sendable () async throws -> [GaugeSample]
    ) {
        self.registry = registry
        self.readiness = readiness
        self.gauges = gauges
    }

    /// Adds `/healthz`, `/readyz` and `/metrics`; the first two answer HEAD too.
    package func addRoutes(to router: some RouterMethods<Context>) {
        let questions: [(path: RouterPath, ask: @Sendable () async -> Readiness)] = [
            ("/healthz", { .ready }), ("/readyz", readiness),
        ]
        for (path, ask) in questions {
            router.get(path) { _, _ in try await Self.response(ask()) }
            router.head(path) { _, _ in try await Self.response(ask()).createHeadResponse() }
        }
        router.get("/metrics") { _, context in
            await metrics(logger: context.logger)
        }
    }

    private func metrics(logger: Logger) async -> Response {
        var samples: [GaugeSample] = []
        do {
            samples = try await gauges() + [MetricName.journalUp.sample(1)]
        } catch {
            logger.error("The journal could not be read for the metrics", metadata: ["error": "\(error)"])
            samples = [MetricName.journalUp.sample(0)]
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: registry.exposition(adding: samples)))
        )
    }

    private static func response(_ readiness: Readiness) throws -> Response {
        switch readiness {
        case .ready: try response(.ok, Health(status: "ok"))
        case .notReady(let reason):
            try response(.serviceUnavailable, Health(status: "unavailable", reason: reason))
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ health: Health) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(health)))
        )
    }
}
