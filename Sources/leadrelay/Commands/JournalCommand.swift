import ArgumentParser

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Back the journal up, take away what is old, and check that all is in order.",
        subcommands: [JournalBackupCommand.self, JournalPruneCommand.self, JournalCheckCommand.self]
    )
}
