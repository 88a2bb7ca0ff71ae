import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show what became of opt-outs, and of one person.",
        subcommands: [AuditOptOutsCommand.self, AuditPersonCommand.self]
    )
}
