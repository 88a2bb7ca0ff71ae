import ArgumentParser
import Journal
import Model
import Time

struct AuditOptOutsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opt-outs",
        abstract: "List opt-outs with every record that each reached, and when; exits 1 if one of them is overdue."
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: "Only those received since then: a date or time (2026-04-21, 2026-04-21T09:15:00Z), or an age (24h, 7d)."
    )
    var since: String?

    @Flag(help: "Only those that are past the deadline or were not carried out.")
    var overdue = false

    @Option(help: "How to print them.")
    var format = TableFormat.table

    func validate() throws {
        if let since, SinceArgument(since) == nil {
            throw ValidationError("--since takes a date, a time or an age, such as 2026-04-21 or 24h.")
        }
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let time = SystemTimeSource()
            let reader = try JournalReader(path: settings.journal.path, time: time)
            let start = since.flatMap(SinceArgument.init)?.timestamp(now: time.read().wall)
            var writer = TableWriter(format: format, columns: Self.columns, titles: Self.tableColumns)
            var last: Int64 = 0
            var count = 0
            var overdueCount = 0
            while true {
                let rows = try await reader.optOutAudit(since: start, isOverdueOnly: overdue, after: last)
                for row in rows {
                    writer.add(row)
                    if row["overdue"] == .integer(1) { overdueCount += 1 }
                }
                count += rows.count
                guard case .integer(let id)? = rows.last?["event_id"] else { break }
                last = id
            }
            writer.finish()
            if format == .table { print("\(count.counted("opt-out")), \(overdueCount) overdue.") }
            let undecoded = try await reader.overdue().undecodedSeconds
            if let undecoded {
                StandardError.write(
                    "Callbacks are not decoded for \(Int(undecoded)) s, and one may be an opt-out: is the worker running?"
                )
            }
            if overdueCount > 0 || undecoded != nil { throw ExitStatus.foundProblem }
        }
    }

    private static let columns = [
        "event_id", "person", "source", "reason", "occurred_at", "received_at", "state", "records", "confirmed_at",
        "seconds_to_confirm", "overdue",
    ]

    /// What fits a terminal; CSV and JSON have everything.
    private static let tableColumns = [
        "event_id", "person", "reason", "received_at", "state", "records", "seconds_to_confirm", "overdue",
    ]
}
