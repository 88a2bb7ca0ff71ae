import Foundation
import Hummingbird
import Ingest
import Journal
import Logging
import Operations
import Prometheus
import Time
import Worker

/// Composes the ingest process: the webhook routes over a group-committing journal, with health and metrics beside them.
func buildIngest(
    settings: Settings,
    requirements: Settings.IngestRequirements,
    journal: EventJournal,
    registry: PrometheusRegistry,
    time: any TimeSource,
    logger: Logger,
    environment: [String: String] = ProcessInfo.processInfo.environment
) -> some ApplicationProtocol {
    var configuration = IngestConfiguration(tokens: [IngestToken(label: "token", secret: requirements.token.revealed)])
    configuration.maxBodyBytes = settings.ingest.maxBodyBytes
    var limits = AppendLimits()
    limits.queued = settings.ingest.maxQueued
    let metrics = IngestMetrics()
    let failPoint = FailPoint(setting: environment["LEADRELAY_FAILPOINT"])
    let appender = CallbackAppender(
        store: journal,
        limits: limits,
        metrics: metrics,
        logger: logger,
        afterCommit: { failPoint.pass(.callbacksCommitted) }
    )
    let router = Router(context: IngestRequestContext.self)
    WebhookController(configuration: configuration, appender: appender, metrics: metrics, time: time)
        .addRoutes(to: router)
    OperationsRoutes<IngestRequestContext>(
        registry: registry,
        readiness: {
            if appender.isDraining { return .notReady(reason: "Ingest is shutting down.") }
            do {
                _ = try await journal.reader.status()
                try await journal.checkWritable()
                return .ready
            } catch {
                return .notReady(reason: "\(error)")
            }
        },
        gauges: { try await StatusGauges.samples(of: journal.reader.status(), budget: nil) }
    ).addRoutes(to: router)
    return Application(
        router: router,
        configuration: ApplicationConfiguration(
            address: .hostname(settings.ingest.host, port: settings.ingest.port),
            serverName: nil
        ),
        services: [appender],
        onServerRunning: { channel in
            logger.info("Ingest listens", metadata: ["port": "\(channel.localAddress?.port ?? settings.ingest.port)"])
        },
        logger: logger
    )
}
