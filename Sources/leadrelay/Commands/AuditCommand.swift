import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show what became of opt-outs.",
        subcommands: [AuditOptOutsCommand.self]
    )
}
