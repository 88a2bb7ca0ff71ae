import ArgumentParser

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Look into single events.",
        subcommands: [EventsShowCommand.self]
    )
}
