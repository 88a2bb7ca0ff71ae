import ArgumentParser
import Journal
import Time

struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "See to the events that need a person.",
        subcommands: [List.self, Show.self, Replay.self, Discard.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the dead letters.")

        @OptionGroup var common: CommonOptions

        @Option(help: "How to print them.")
        var format = TableFormat.table

        func run() async throws {
            try await reporting {
                let reader = try JournalReader(path: common.settings().journal.path, time: SystemTimeSource())
                let rows = try await reader.deadLetters()
                var writer = TableWriter(
                    format: format,
                    columns: [
                        "event_id", "action", "person", "source", "error_class", "last_error", "attempts",
                        "occurred_at",
                        "received_at", "died_at", "callback_id",
                    ],
                    titles: ["event_id", "action", "person", "error_class", "last_error", "attempts", "died_at"]
                )
                for row in rows { writer.add(row) }
                writer.finish()
                if format == .table { print("\(rows.count) dead letters.") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an event with its callback, its attempts and its effects."
        )

        @OptionGroup var common: CommonOptions

        @Argument(help: "The event's id.")
        var id: Int64

        func run() async throws {
            try await reporting {
                let reader = try JournalReader(path: common.settings().journal.path, time: SystemTimeSource())
                for (section, rows) in try await reader.eventDetails(id) {
                    for row in rows {
                        print(section)
                        for (column, cell) in zip(row.columns, row.cells) where cell != .null {
                            print("  \(column): \(cell.text(column: column))")
                        }
                    }
                }
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try dead letters again, with a fresh count of attempts."
        )

        @OptionGroup var common: CommonOptions

        @Argument(help: "The events' ids.")
        var ids: [Int64]

        func run() async throws {
            try await reporting {
                let journal = try common.settings().openJournal(time: SystemTimeSource(), checkpointBytes: 4 << 20)
                for id in ids {
                    try await journal.replay(id)
                    print("Event \(id) is tried again.")
                }
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give dead letters up, for a reason that is kept.")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The events' ids.")
        var ids: [Int64]

        @Option(help: "Why; it stays with the event.")
        var reason: String

        func validate() throws {
            guard reason.contains(where: { !$0.isWhitespace }) else { throw ValidationError("--reason must say why.") }
        }

        func run() async throws {
            try await reporting {
                let journal = try common.settings().openJournal(time: SystemTimeSource(), checkpointBytes: 4 << 20)
                for id in ids {
                    try await journal.discard(id, reason: reason)
                    print("Event \(id) is discarded.")
                }
            }
        }
    }
}
