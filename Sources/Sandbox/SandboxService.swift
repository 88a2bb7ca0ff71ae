package import Logging
import ServiceLifecycle
import Synchronization

/// Runs a sandbox until it is told to stop, as one service of a group.
package struct SandboxService: Service {
    private let configuration: SandboxConfiguration
    private let logger: Logger
    private let onRunning: @Sendable (Sandbox) -> Void

    /// Prepares a sandbox; `onRunning` is called once, when all of its ports are open.
    package init(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        logger: Logger? = nil,
        onRunning: @escaping @Sendable (Sandbox) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger ?? Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        self.onRunning = onRunning
    }

    package func run() async throws {
        let getResponse = GetResponseSandbox(
            configuration.getResponse,
            now: configuration.now,
            sleep: configuration.sleep
        )
        let salesforce = SalesforceSandbox(
            configuration.salesforce,
            now: configuration.now,
            sleep: configuration.sleep
        )
        let control = ControlAPI(getResponse: getResponse, salesforce: salesforce, now: configuration.now)
        let ports = OpenPorts { [configuration, onRunning] ports in
            onRunning(
                Sandbox(
                    getResponse: getResponse,
                    salesforce: salesforce,
                    getResponsePort: ports.getResponse,
                    salesforcePort: ports.salesforce,
                    controlPort: ports.control,
                    configuration: configuration
                )
            )
        }
        let group = ServiceGroup(
            services: [
                LoopbackServer(api: getResponse, port: configuration.getResponse.port, logger: logger) { port in
                    ports.open { $0.getResponse = port }
                },
                LoopbackServer(api: salesforce, port: configuration.salesforce.port, logger: logger) { port in
                    salesforce.listens(at: "http://127.0.0.1:\(port)")
                    ports.open { $0.salesforce = port }
                },
                LoopbackServer(api: control, port: configuration.controlPort, logger: logger) { port in
                    ports.open { $0.control = port }
                },
            ],
            logger: logger
        )
        try await group.run()
    }
}

/// Waits until each server knows its port.
private final class OpenPorts: Sendable {
    struct Ports {
        var getResponse = 0
        var salesforce = 0
        var control = 0

        var areAllOpen: Bool { getResponse > 0 && salesforce > 0 && control > 0 }
    }

    private let ports = Mutex(Ports())
    private let onAllOpen: @Sendable (Ports) -> Void

    init(_ onAllOpen: @escaping @Sendable (Ports) -> Void) {
        self.onAllOpen = onAllOpen
    }

    func open(_ set: (inout Ports) -> Void) {
        let current = ports.withLock { ports in
            set(&ports)
            return ports
        }
        if current.areAllOpen { onAllOpen(current) }
    }
}
