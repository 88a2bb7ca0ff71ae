import ArgumentParser
import Foundation
import Logging
import Sandbox
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve both emulated APIs on loopback, and print the environment that points a leadrelay at them."
    )

    @Option(help: "GetResponse's port; 0 takes a free one.")
    var getresponsePort = 0

    @Option(help: "Salesforce's port; 0 takes a free one.")
    var salesforcePort = 0

    @Option(help: "The control API's port; 0 takes a free one.")
    var controlPort = 0

    @Option(help: "GetResponse's requests an hour.")
    var hourlyCap = 400

    @Option(help: "Milliseconds that each answer takes.")
    var latency = 0

    func validate() throws {
        for port in [getresponsePort, salesforcePort, controlPort] where !(0...65_535).contains(port) {
            throw ValidationError("A port is a number from 0 to 65535.")
        }
        guard hourlyCap > 0 else { throw ValidationError("--hourly-cap takes 1 or more.") }
        guard (0...60_000).contains(latency) else { throw ValidationError("--latency takes 0 to 60000 milliseconds.") }
    }

    func run() async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.port = getresponsePort
        configuration.getResponse.hourlyCap = hourlyCap
        configuration.getResponse.latency = .milliseconds(latency)
        configuration.salesforce.port = salesforcePort
        configuration.salesforce.latency = .milliseconds(latency)
        configuration.controlPort = controlPort
        let group = ServiceGroup(
            services: [SandboxService(configuration) { Self.announce($0) }],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "leadrelay.sandbox")
        )
        try await group.run()
    }

    /// Prints what a shell can take as it is; whoever started us reads it from a pipe, so it must not stay in a buffer.
    private static func announce(_ sandbox: Sandbox) {
        for (name, value) in sandbox.environment { print("export \(name)=\(value)") }
        print("# The control API is \(sandbox.controlURL)")
        fflush(nil)
    }
}
