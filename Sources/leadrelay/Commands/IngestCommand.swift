import ArgumentParser
import Hummingbird
import ServiceLifecycle
import Time
import UnixSignals

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Take callbacks over HTTP and store each before it is answered, until SIGTERM."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let requirements = try settings.requireIngest()
            let logger = LogSetup.bootstrap(settings.log, label: "leadrelay.ingest")
            let registry = MetricsSetup.bootstrap()
            let journal = try settings.openJournal(time: SystemTimeSource(), checkpointBytes: 64 << 20)
            let app = buildIngest(
                settings: settings,
                requirements: requirements,
                journal: journal,
                registry: registry,
                time: SystemTimeSource(),
                logger: logger
            )
            try await app.runService(gracefulShutdownSignals: [.sigterm, .sigint])
        }
    }
}
