import ArgumentParser

/// The program: the emulated APIs alone, or with the whole of LeadRelay before them.
@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leadrelay-sandbox",
        abstract: "Emulate GetResponse and Salesforce on this machine, to try LeadRelay without an account.",
        subcommands: [ServeCommand.self, DemoCommand.self]
    )
}
