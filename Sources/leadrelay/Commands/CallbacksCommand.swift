import ArgumentParser

struct CallbacksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callbacks",
        abstract: "Say, and decide, where GetResponse sends its callbacks.",
        discussion: """
            An account has one callback URL, and whatever tool registers another takes it away without a word. Where the API \
            knows callbacks of lists instead (the guide's form), each list has its own.
            """,
        subcommands: [CallbacksShowCommand.self, CallbacksRegisterCommand.self, CallbacksRemoveCommand.self]
    )
}
