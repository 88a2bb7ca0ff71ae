import ArgumentParser
import Foundation
import Journal
import Time
import UnixSignals
import Worker

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show the status again and again until Ctrl-C; redrawn on a terminal, else one line each time."
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Seconds between two looks.")
    var interval = 2

    @Flag(help: "Look once and exit.")
    var once = false

    func validate() throws {
        guard (1...3600).contains(interval) else {
            throw ValidationError("--interval takes a number of seconds from 1 to 3600.")
        }
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let time = SystemTimeSource()
            let reader = try JournalReader(path: settings.journal.path, time: time)
            let isTerminal = isatty(STDOUT_FILENO) == 1
            // Set up before the first look, so that no signal is missed.
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { return } }
                group.addTask {
                    repeat {
                        let now = time.read().wall
                        let report = try await StatusReport(
                            reading: reader,
                            budget: settings.requestBudget,
                            now: now
                        )
                        show(isTerminal ? Self.clearing + report.text : report.line(at: now))
                        if !once { try await time.sleep(for: .seconds(interval)) }
                    } while !once
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Moves to the top left and clears what is below.
    private static let clearing = "\u{1B}[H\u{1B}[J"

    private func show(_ text: String) {
        print(text)
        // A pipe is not written before its buffer is full otherwise.
        fflush(nil)
    }
}
