import ArgumentParser
import AsyncHTTPClient
import Journal
import Logging
import ServiceLifecycle
import Time
import UnixSignals
import Worker

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract:
            "Carry what the journal holds into Salesforce, until SIGTERM or, with --drain, until nothing is left to do.",
        discussion: """
            With --drain the exit status is 0 when nothing is available, running or due within the grace; 1 if anything is \
            paused or became a dead letter in this run. What waits for the GetResponse budget is not waited for.
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Exit when nothing is left to do.")
    var drain = false

    @Option(help: "With --drain: wait for what becomes due within so many seconds.")
    var grace = 0

    func validate() throws {
        guard grace >= 0 else { throw ValidationError("--grace takes a number of seconds, 0 or more.") }
        guard drain || grace == 0 else { throw ValidationError("--grace goes with --drain.") }
    }

    func run() async throws {
        MemoryArenas.keepFew()
        try await reporting {
            let settings = try common.settings()
            let requirements = try settings.requireWorker()
            let time = SystemTimeSource()
            let logger = LogSetup.bootstrap(settings.log, label: "leadrelay.worker")
            let registry = MetricsSetup.bootstrap()
            let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
            let httpClient = settings.makeHTTPClient()
            do {
                let worker = try buildWorker(
                    settings: settings,
                    requirements: requirements,
                    journal: journal,
                    httpClient: httpClient,
                    time: time,
                    logger: logger
                )
                let admin = buildAdminServer(settings: settings, journal: journal, registry: registry, logger: logger)
                let service = WorkerService(worker: worker, drainGrace: drain ? .seconds(grace) : nil, logger: logger)
                let group = ServiceGroup(
                    configuration: ServiceGroupConfiguration(
                        services: [
                            .init(service: admin),
                            .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                        ],
                        gracefulShutdownSignals: [.sigterm, .sigint],
                        logger: logger
                    )
                )
                try await group.run()
                try await httpClient.shutdown()
                if service.report?.isClean == false { throw ExitStatus.foundProblem }
            } catch {
                try? await httpClient.shutdown()
                throw error
            }
        }
    }
}
