import ArgumentParser
import Foundation
import Journal
import Time
import Worker

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show the queue by lane and state, the request budget, opt-outs and pauses; exits 1 if an opt-out is overdue.",
        discussion: """
            A callback that is not decoded for longer than an opt-out may take is overdue too: it may be an opt-out.
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the status as JSON.")
    var json = false

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let time = SystemTimeSource()
            let reader = try JournalReader(path: settings.journal.path, time: time)
            let report = try await StatusReport(
                reading: reader,
                budget: settings.requestBudget,
                now: time.read().wall
            )
            print(json ? try report.json() : report.text)
            if report.optOuts.overdue > 0 || report.callbacksOverdue { throw ExitStatus.foundProblem }
        }
    }
}
