import ArgumentParser
import Journal
import Model
import Time

struct AuditOptOutsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opt-outs",
        abstract: "List opt-outs with every record that each reached, and when; exits 1 if one of them is overdue.",
        discussion: """
            Below a table stands what it comes to: how many, how many of them confirmed and overdue, and the seconds from receipt \
            to the last read-back (median, percentiles, worst). With CSV and JSON that goes to standard error, or alone to \
            standard output with --summary.
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: "Only those received since then: a date or time (2026-04-21, 2026-04-21T09:15:00Z), or an age (24h, 7d)."
    )
    var since: String?

    @Option(help: "Only those received before then, in the same forms.")
    var until: String?

    @Flag(help: "Only those that are past the deadline or were not carried out.")
    var overdue = false

    @Flag(help: "Print only what they come to.")
    var summary = false

    @Option(help: "How to print them.")
    var format = TableFormat.table

    func validate() throws {
        for (option, text) in [("--since", since), ("--until", until)] {
            guard let text, SinceArgument(text) == nil else { continue }
            throw ValidationError("\(option) takes a date, a time or an age, such as 2026-04-21 or 24h.")
        }
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let time = SystemTimeSource()
            let reader = try JournalReader(path: settings.journal.path, time: time)
            let now = time.read().wall
            let query = OptOutQuery(
                since: since.flatMap(SinceArgument.init)?.timestamp(now: now),
                until: until.flatMap(SinceArgument.init)?.timestamp(now: now),
                isOverdueOnly: overdue
            )
            let result = try await list(query, reader)
            let undecoded = try await reader.overdue().undecodedSeconds
            if let undecoded {
                StandardError.write(
                    "Callbacks are not decoded for \(Int(undecoded)) s, and one may be an opt-out: is the worker running?"
                )
            }
            if result.overdue > 0 || undecoded != nil { throw ExitStatus.foundProblem }
        }
    }

    /// Prints page by page, so that an audit of years takes no more memory than one of a day.
    private func list(_ query: OptOutQuery, _ reader: JournalReader) async throws -> OptOutSummary {
        var writer =
            summary
            ? nil
            : TableWriter(format: format, columns: JournalReader.optOutAuditColumns, titles: Self.tableColumns)
        var result = OptOutSummary()
        var place: OptOutPlace?
        while true {
            let rows = try await reader.optOutAudit(query, after: place)
            for row in rows {
                writer?.add(row)
                result.add(row)
            }
            guard let last = rows.last.flatMap(OptOutPlace.init) else { break }
            place = last
        }
        writer?.finish()
        switch (format, summary) {
        case (.json, true): print(result.json)
        case (.table, _), (.csv, true): print(result.text)
        case (.csv, false), (.json, false): StandardError.write(result.text)
        }
        return result
    }

    /// What fits a terminal; CSV and JSON have everything.
    private static let tableColumns = [
        "event_id", "person", "reason", "received_at", "state", "records", "seconds_to_confirm", "overdue",
    ]
}
