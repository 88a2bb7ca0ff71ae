import ArgumentParser

@main
struct LeadRelay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "leadrelay")
}
