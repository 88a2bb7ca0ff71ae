import ArgumentParser
import Journal
import Model
import Time

struct DeadLettersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the dead letters, the first that died first."
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var filter: DeadLetterFilterOptions

    @Option(help: "How to print them.")
    var format = TableFormat.table

    @Flag(help: "The same as --format json.")
    var json = false

    func run() async throws {
        try await reporting { try await run(with: common.settings()) }
    }

    func run(with settings: Settings) async throws {
        let time = SystemTimeSource()
        let reader = try JournalReader(path: settings.journal.path, time: time)
        let mask = SecretMask(settings: settings)
        let format = json ? .json : format
        let limit = filter.limit ?? .max
        var writer = TableWriter(format: format, columns: Self.columns, titles: Self.tableColumns)
        var count = 0
        var isCut = false
        var place: DeadLetterPlace? = .start
        let chosen = filter.filter(now: time.read().wall)
        while let after = place, !isCut {
            let page = try await reader.deadLetterPage(chosen, after: after)
            for row in page.rows.prefix(limit - count) { writer.add(mask.row(row)) }
            isCut = page.rows.count > limit - count
            count += min(page.rows.count, limit - count)
            place = page.next
        }
        writer.finish()
        if format == .table { print("\(count.counted("dead letter")).") }
        if isCut { StandardError.write("There are more than \(limit); leave out --limit to see all.") }
    }

    private static let columns = [
        "event_id", "action", "person", "source", "error_class", "last_error", "attempts", "occurred_at",
        "received_at", "died_at", "callback_id",
    ]

    /// What fits a terminal; CSV and JSON have everything.
    private static let tableColumns = [
        "event_id", "action", "person", "error_class", "last_error", "attempts", "died_at",
    ]
}
