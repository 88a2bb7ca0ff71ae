import AsyncHTTPClient
import Foundation
import Hummingbird
import Journal
import Logging
import Operations
import Planning
import Prometheus
import Time
import Worker

/// Composes the worker.
///
/// - Throws: `SettingsError` when a file that the settings name can't be read.
func buildWorker(
    settings: Settings,
    requirements: Settings.WorkerRequirements,
    journal: EventJournal,
    httpClient: HTTPClient,
    time: any TimeSource,
    logger: Logger,
    environment: [String: String] = ProcessInfo.processInfo.environment
) throws(SettingsError) -> EventWorker {
    let salesforce = try buildSalesforceClient(
        settings: settings,
        access: requirements.salesforce,
        httpClient: httpClient,
        time: time,
        logger: logger
    )
    var configuration = settings.workerConfiguration
    let failPoint = FailPoint(setting: environment["LEADRELAY_FAILPOINT"])
    let stopAfterGrant = BudgetTestSeam.stopAfterGrant(environment)
    configuration.fetching.afterGrant = {
        stopAfterGrant()
        failPoint.pass(.requestGranted)
    }
    configuration.fetching.afterAnswer = { failPoint.pass(.profileFetched) }
    return EventWorker(
        configuration: configuration,
        dependencies: EventWorker.Dependencies(
            journal: journal,
            salesforce: salesforce,
            getResponse: { gate in
                buildGetResponseClient(
                    access: requirements.getResponse,
                    gate: gate,
                    httpClient: httpClient,
                    time: time,
                    logger: logger
                )
            },
            time: time,
            logger: logger,
            failPoint: failPoint
        )
    )
}

extension Settings {
    var workerConfiguration: WorkerConfiguration {
        WorkerConfiguration(
            owner: Self.makeOwner(),
            concurrency: worker.concurrency,
            rota: worker.lanes.rota,
            leaseDuration: worker.leaseDuration,
            shutdownGrace: worker.shutdownGrace,
            retry: RetryPolicy(maxAttempts: worker.maxAttempts, base: worker.retryBase, cap: worker.retryCap),
            duplicateWindow: worker.duplicateWindow,
            orphanWait: sync.orphanWait,
            optOutDeadline: optOut.deadline,
            budget: requestBudget,
            policy: syncPolicy,
            batchSize: salesforce.batchSize,
            batchLinger: salesforce.batchLinger,
            apiUsage: APIUsageRule(pauseShare: salesforce.apiUsageShare),
            lostAnswerWait: salesforce.lostAnswerWait,
            assignOnCreate: salesforce.assignOnCreate,
            fetching: FetchPolicy(profileMaxAge: sync.profileMaxAge),
            reconciling: ReconcilePolicy(interval: optOut.reconcileInterval, since: optOut.since),
            sweeping: SweepPolicy(
                interval: optOut.sweepInterval,
                fullInterval: .seconds(optOut.fullSweepDays * 86_400)
            ),
            retention: journal.retention.ages,
            walAlarmBytes: Int64(journal.walAlarmBytes)
        )
    }

    var syncPolicy: SyncPolicy {
        var policy = SyncPolicy()
        policy.fields = salesforce.fields
        policy.existingContact = sync.existingContact
        policy.namePlaceholder = sync.namePlaceholder
        policy.companyField = sync.companyField
        policy.titleField = sync.titleField
        policy.leadSource = sync.leadSource
        policy.status = sync.status
        policy.unsubscribedStatus = sync.unsubscribedStatus
        policy.highIntentTags = Set(sync.highIntentTags)
        policy.resubscribe = sync.resubscribe
        policy.resubscribeOrigins = Set(sync.resubscribeOrigins)
        policy.campaigns = sync.campaigns
        policy.memberStatuses = sync.memberStatuses
        policy.tasks = sync.tasks.policy
        policy.optOutReasons = Set(optOut.reasons)
        policy.drift = optOut.drift
        policy.optOutScope = optOut.scope
        return policy
    }

    /// A name that no other worker has or had: the process id alone is used again after a restart.
    private static func makeOwner() -> String {
        let host = ProcessInfo.processInfo.hostName.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
        return "\(host)-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    }
}

/// Composes the worker's health and metrics on loopback.
func buildAdminServer(
    settings: Settings,
    journal: EventJournal,
    registry: PrometheusRegistry,
    logger: Logger
) -> AdminServer {
    let budget = settings.requestBudget
    let makeRouter: @Sendable () -> Router<BasicRequestContext> = {
        let router = Router()
        OperationsRoutes<BasicRequestContext>(
            registry: registry,
            readiness: {
                do {
                    _ = try await journal.reader.status()
                    try await journal.checkWritable()
                    return .ready
                } catch {
                    return .notReady(reason: "\(error)")
                }
            },
            gauges: {
                let figures = try await BudgetFigures(of: journal.reader, budget: budget)
                return try await StatusGauges.samples(of: journal.reader.status(), budget: figures)
            }
        ).addRoutes(to: router)
        return router
    }
    return AdminServer(makeRouter: makeRouter, port: settings.worker.adminPort, logger: logger)
}
