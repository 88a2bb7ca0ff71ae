import ArgumentParser
import Foundation
import ServiceLifecycle
import UnixSignals

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run sandbox, ingest and worker on this machine, send them a webinar spike, and show the audit.",
        discussion: """
            No account is needed: both APIs are emulated on loopback. The exit status is 0 when every Lead exists and every \
            opt-out is confirmed.
            """
    )

    @Option(help: "How many people register for the webinar at once.")
    var registrations = 300

    @Option(help: "How many of them unsubscribe in the middle of it.")
    var optOuts = 20

    @Option(help: "The folder for the journal and the logs, which stay there (default: a new one for temporary files).")
    var folder: String?

    func validate() throws {
        guard (10...5000).contains(registrations) else { throw ValidationError("--registrations takes 10 to 5000.") }
        guard (1...registrations / 2).contains(optOuts) else {
            throw ValidationError("--opt-outs takes 1 to half of the registrations.")
        }
    }

    func run() async throws {
        let isDone = try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask { try await Demo(registrations: registrations, optOuts: optOuts, folder: folder).run() }
            // Ctrl-C cancels the demo, whose end stops every process that it started.
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: [.sigint, .sigterm]) { return nil }
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let isDone else {
            print("\nStopped; nothing is left running.")
            throw ExitCode(130)
        }
        if !isDone { throw ExitCode(1) }
    }
}
