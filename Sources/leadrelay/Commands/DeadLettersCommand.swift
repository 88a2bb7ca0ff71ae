import ArgumentParser

struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "See to the events that need a person.",
        subcommands: [
            DeadLettersListCommand.self,
            DeadLettersShowCommand.self,
            DeadLettersReplayCommand.self,
            DeadLettersDiscardCommand.self,
            DeadLettersAcceptCommand.self,
        ]
    )
}
