import ArgumentParser

@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "leadrelay-sandbox")
}
