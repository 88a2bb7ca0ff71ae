import ArgumentParser
import Journal
import Time

struct EventsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an event with its callbacks, its tries, what was sent and answered, and what people decided."
    )

    @OptionGroup var show: EventShowOptions

    func run() async throws {
        try await reporting { try await show.run() }
    }
}

struct DeadLettersShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a dead letter, or any other event: the same as `events show`."
    )

    @OptionGroup var show: EventShowOptions

    func run() async throws {
        try await reporting { try await show.run() }
    }
}

/// What both commands take, and do.
struct EventShowOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Argument(help: "The event's id.")
    var id: Int64

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() async throws {
        let settings = try common.settings()
        let reader = try JournalReader(path: settings.journal.path, time: SystemTimeSource())
        let mask = SecretMask(settings: settings)
        let story = EventStory(sections: try await reader.eventDetails(id), mask: mask)
        print(json ? story.json : story.text)
    }
}
