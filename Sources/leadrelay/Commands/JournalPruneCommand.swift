import ArgumentParser
import Journal
import Time

struct JournalPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Take away details that are old and of no more use, as the worker does every hour.",
        discussion: """
            Opt-outs and their proof stay, and so does everything that is open or dead. Ages are the settings under \
            journal.retention. It can be interrupted at any time and goes on where it was.
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: """
            Take this age (90d, 12h) in place of those in the settings; what they keep for ever stays. Payloads are kept for a \
            day and ledger rows for two hours in any case.
            """
    )
    var olderThan: String?

    @Flag(help: "Only count what would go.")
    var dryRun = false

    func validate() throws {
        if let olderThan, SettingDuration(rawValue: olderThan) == nil {
            throw ValidationError("--older-than takes an age, such as 90d or 12h.")
        }
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            var retention = settings.journal.retention.ages
            if let age = olderThan.flatMap(SettingDuration.init(rawValue:)) {
                retention = retention.replacingAges(with: age.duration)
            }
            let journal = try settings.openJournal(time: SystemTimeSource(), checkpointBytes: 4 << 20)
            let pruner = JournalPruner(journal: journal, retention: retention, isDryRun: dryRun)
            let line = ProgressLine()
            let report = try await pruner.run { report in
                guard let count = report.counts.last else { return }
                line.show("\(count.target.rawValue): \(count.changed) of \(count.examined) rows")
            }
            line.finish()
            for count in report.counts { print(Self.sentence(for: count, isDryRun: dryRun)) }
            if report.releasedBytes > 0 { print("Gave back \(ByteCount.text(report.releasedBytes)).") }
        }
    }

    private static func sentence(for count: PruneReport.Count, isDryRun: Bool) -> String {
        let what =
            switch count.target {
            case .callbacks: "callbacks"
            case .optOutCallbacks: "callbacks of opt-outs"
            case .events: "events"
            case .effects: "effects"
            case .requests: "GetResponse requests"
            case .profiles: "profiles"
            }
        let verb = count.target.staysAsRow ? "emptied" : "deleted"
        return "\(count.changed) \(what) \(isDryRun ? "would be \(verb)" : verb) (\(ByteCount.text(count.bytes)))."
    }
}
