import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// An emulated API on a loopback port.
struct LoopbackServer<API: EmulatedAPI>: Service {
    let api: API
    /// The port to listen on; 0 takes a free one.
    let port: Int
    let logger: Logger
    /// Called with the port once it listens.
    let onListening: @Sendable (Int) async -> Void

    func run() async throws {
        let application = Application(
            responder: SandboxResponder(api: api),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                await onListening(port)
            },
            logger: logger
        )
        try await application.run()
    }
}
