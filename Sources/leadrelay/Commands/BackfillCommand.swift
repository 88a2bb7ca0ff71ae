import ArgumentParser
import Foundation
import GetResponse
import Journal
import Model
import Synchronization
import Time
import Worker

struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract:
            "Append the contacts that GetResponse had before LeadRelay; the worker carries them out after everything else.",
        discussion: """
            It takes one request for a thousand contacts, from the share of the budget left to history, and waits for them. \
            It can be interrupted at any time and goes on where it was when it is run with the same lists and the same \
            --since. A contact that is in the journal as it is now is not appended again. What a list does not tell (custom \
            fields and tags) the worker fetches afterwards, one request a contact, as the budget allows. With --dry-run nothing \
            is written.
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this list, by its id; can be given several times.")
    var list: [String] = []

    @Option(
        help:
            "Only contacts that joined or changed since: a date, a time (2026-01-31T09:00:00Z), or an age such as 30d."
    )
    var since: String?

    @Flag(help: "Only count what would be appended.")
    var dryRun = false

    func validate() throws {
        guard let since, SinceArgument(since) == nil else { return }
        throw ValidationError("--since takes a date or time (2026-01-31T09:00:00Z), or an age such as 30d.")
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let runner = "backfill-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
            let failPoint = FailPoint(setting: ProcessInfo.processInfo.environment["LEADRELAY_FAILPOINT"])
            let time = SystemTimeSource()
            try await settings.askingGetResponse(runner, share: .bulk, patience: .seconds(2 * 3600)) {
                client,
                journal in
                let backfill = Backfill(
                    journal: journal,
                    client: client,
                    runner: runner,
                    afterPage: { failPoint.pass(.pageBackfilled) },
                    time: time
                )
                try await carryOut(backfill, now: time.read().wall)
            }
        }
    }

    private func carryOut(_ backfill: Backfill, now: Int64) async throws {
        let request = Backfill.Request(
            lists: list,
            // An age counts from the beginning of its day, so that the same command goes on with what it began.
            since: since.flatMap { text in
                SinceArgument(text).map { Timestamp(text: text) ?? $0.timestamp(now: now).startOfDay }
            }
        )
        let line = ProgressLine()
        let rate = BackfillRate()
        line.show("Asking GetResponse for its contacts; this may wait for the request budget.")
        defer { line.finish() }
        let end: BackfillCheckpoint?
        if dryRun {
            end = try await backfill.rehearse(request) { line.show(rate.text($0)) }
        } else {
            end = try await backfill.run(request) { checkpoint in
                if checkpoint.read > 0, rate.isFirst {
                    StandardError.write("Going on behind \(checkpoint.read) contacts.")
                }
                line.show(rate.text(checkpoint))
            }
        }
        line.finish()
        guard let end else {
            StandardError.write("Another backfill has taken this one over; nothing is lost, it goes on there.")
            throw ExitStatus.foundProblem
        }
        print(
            """
            \(end.appended) contacts \(dryRun ? "would be appended" : "were appended") of \(end.read) in \
            \(end.lists.count) \(end.lists.count == 1 ? "list" : "lists"); the others are in the journal as they are now.
            """
        )
    }
}

extension Timestamp {
    fileprivate var startOfDay: Timestamp { Timestamp(milliseconds: milliseconds - milliseconds % 86_400_000) }
}

/// How fast a backfill goes, for its progress line.
private final class BackfillRate: Sendable {
    private let start = ContinuousClock.now
    private let before = Mutex<Int?>(nil)

    /// Whether nothing has been shown yet.
    var isFirst: Bool { before.withLock { $0 == nil } }

    func text(_ checkpoint: BackfillCheckpoint) -> String {
        let before = before.withLock { before in
            before = before ?? checkpoint.read
            return before ?? 0
        }
        let seconds = max(Double((ContinuousClock.now - start).wholeMilliseconds) / 1000, 0.001)
        let rate = Double(checkpoint.read - before) / seconds
        let place = min(checkpoint.place + 1, checkpoint.lists.count)
        var text = "list \(place) of \(checkpoint.lists.count), \(checkpoint.read) of \(checkpoint.total) contacts"
        guard checkpoint.total > 0, rate > 0 else { return text }
        text = "\(Self.bar(Double(checkpoint.read) / Double(checkpoint.total))) \(text), \(Int(rate)) a second"
        let left = Double(max(0, checkpoint.total - checkpoint.read)) / rate
        return text + ", \(Self.duration(left)) left" + (place < checkpoint.lists.count ? " for this list" : "")
    }

    private static func bar(_ share: Double) -> String {
        let filled = Int((min(max(share, 0), 1) * 20).rounded())
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled) + "]"
    }

    private static func duration(_ seconds: Double) -> String {
        let seconds = Int(seconds.rounded(.up))
        return seconds < 60 ? "\(seconds) s" : seconds < 3600 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
