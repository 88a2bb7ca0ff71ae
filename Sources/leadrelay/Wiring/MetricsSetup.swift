import CoreMetrics
import Operations
import Prometheus

/// The process's metrics.
enum MetricsSetup {
    /// Makes the registry behind swift-metrics; to be called once.
    static func bootstrap() -> PrometheusRegistry {
        let registry = PrometheusRegistry(descriptions: MetricCatalog.all)
        MetricsSystem.bootstrap(registry)
        return registry
    }
}
