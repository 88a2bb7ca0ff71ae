import Hummingbird
import Logging
import ServiceLifecycle

/// The worker's own small HTTP server on loopback.
struct AdminServer: Service {
    /// Builds the routes; a router itself can't cross to the server's task.
    let makeRouter: @Sendable () -> Router<BasicRequestContext>
    let port: Int
    let logger: Logger

    /// Serves until a graceful shutdown.
    ///
    /// A port that is taken is a warning: opt-outs matter more than metrics.
    func run() async throws {
        let app = Application(
            router: makeRouter(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { [logger] channel in
                logger.info("Health and metrics are served", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
            },
            logger: Logger(label: "leadrelay.admin") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await app.run()
        } catch {
            logger.warning(
                "Health and metrics are not served; set worker.adminPort to a free port",
                metadata: ["port": "\(port)", "error": "\(error)"]
            )
            try? await gracefulShutdown()
        }
    }
}
