import ArgumentParser
import AsyncHTTPClient
import Foundation
import GetResponse
import Journal
import Logging
import Model
import Time
import Worker

struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Ask GetResponse who was removed, and append what no callback told.",
        discussion: """
            It takes one request for a thousand removed contacts, from the share of the budget kept for upkeep, and waits \
            for them. It can be interrupted at any time and goes on where it was. A removal opts a person out when its \
            reason is in optOut.reasons, it is later than optOut.since, and the person has not subscribed again since. With \
            --dry-run nothing is written: do that first where --since all is meant.
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Only count what would be appended.")
    var dryRun = false

    @Option(help: "In place of optOut.since: `journal`, `all`, a date, a time, or an age such as 30d.")
    var since: String?

    func validate() throws {
        guard let since, start(since, now: 0) == nil else { return }
        throw ValidationError(
            "--since takes journal, all, a date or time (2026-01-31T09:00:00Z), or an age such as 30d."
        )
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let access = try settings.requireGetResponse()
            let time = SystemTimeSource()
            let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
            let httpClient = settings.makeHTTPClient()
            do {
                let runner = "reconcile-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
                let gate = JournalRequestGate(
                    journal: journal,
                    budget: settings.requestBudget,
                    worker: runner,
                    share: .upkeep,
                    patience: .seconds(2 * 3600),
                    time: time
                )
                let failPoint = FailPoint(setting: ProcessInfo.processInfo.environment["LEADRELAY_FAILPOINT"])
                let search = Reconciliation(
                    journal: journal,
                    client: buildGetResponseClient(
                        access: access,
                        gate: gate,
                        httpClient: httpClient,
                        time: time,
                        logger: Logger(label: "leadrelay.reconcile") { _ in SwiftLogNoOpLogHandler() }
                    ),
                    since: since.flatMap { start($0, now: time.read().wall) } ?? settings.optOut.since,
                    reasons: Set(settings.optOut.reasons),
                    afterPage: { failPoint.pass(.pageReconciled) },
                    time: time
                )
                try await carryOut(search, journal: journal, runner: runner)
                try await httpClient.shutdown()
            } catch {
                try? await httpClient.shutdown()
                throw error
            }
        }
    }

    private func carryOut(_ search: Reconciliation, journal: EventJournal, runner: String) async throws {
        let line = ProgressLine()
        let rate = ReconcileRate()
        line.show("Asking GetResponse who was removed; this may wait for the request budget.")
        defer { line.finish() }
        let end: ReconcileCheckpoint?
        if dryRun {
            end = try await search.rehearse { line.show(rate.text($0)) }
        } else if case .start(let checkpoint) = try await journal.takeReconcileTurn(runner: runner, interval: nil) {
            if checkpoint.nextPage > 1 {
                StandardError.write("Going on with page \(checkpoint.nextPage) of a search that was cut short.")
            }
            end = try await search.run(from: checkpoint) { line.show(rate.text($0)) }
        } else {
            end = nil
        }
        line.finish()
        guard let end else {
            StandardError.write("Another process has taken the search over; nothing is lost, it goes on there.")
            throw ExitStatus.foundProblem
        }
        print(Self.summary(of: end, isDryRun: dryRun))
    }

    private func start(_ text: String, now: Int64) -> ReconcileStart? {
        ReconcileStart(text) ?? SinceArgument(text).map { .time($0.timestamp(now: now)) }
    }

    private static func summary(of end: ReconcileCheckpoint, isDryRun: Bool) -> String {
        """
        \(end[.missing]) removals \(isDryRun ? "would be appended" : "were appended") of \(end.examined) that GetResponse \
        knows: \(end[.known]) were told, \(end[.cameBack]) people came back, \(end[.tooOld]) are older than optOut.since, \
        \(end[.otherReason]) have reasons that opt nobody out.
        """
    }
}

/// How fast a search goes, for its progress line.
private struct ReconcileRate: Sendable {
    private let start = ContinuousClock.now

    func text(_ checkpoint: ReconcileCheckpoint) -> String {
        let elapsed = ContinuousClock.now - start
        let seconds = max(Double(elapsed.wholeMilliseconds) / 1000, 0.001)
        let pages = checkpoint.totalPages.map { " of \($0)" } ?? ""
        return """
            page \(checkpoint.nextPage - 1)\(pages), \(checkpoint.examined) removals, \
            \(Int(Double(checkpoint.examined) / seconds)) a second, \(checkpoint[.missing]) missing
            """
    }
}
