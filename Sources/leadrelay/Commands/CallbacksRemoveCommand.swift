import ArgumentParser
import Diagnostics
import GetResponse

struct CallbacksRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Have GetResponse send no more callbacks here; somebody else's are left alone."
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only the callbacks of this list, in the guide's form; can be given several times.")
    var list: [String] = []

    @Flag(help: "Remove somebody else's too.")
    var replace = false

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let address = settings.callbackAddress
            try await settings.askingGetResponse("callbacks") { client, _ in
                let registered = try await RegisteredCallbacks(client)
                guard !registered.isEmpty else {
                    print("GetResponse sends no callbacks.")
                    return
                }
                func isOurs(_ registration: CallbackRegistration) -> Bool {
                    replace || [.ours, .oursWithAnotherToken].contains(address.owner(of: registration.url))
                }
                var count = 0
                if let account = registered.account, list.isEmpty {
                    guard isOurs(account) else {
                        StandardError.write(
                            "GetResponse sends its callbacks to \(address.shown(account.url)), which is not this LeadRelay as "
                                + "ingest.publicURL has it. To remove it all the same, use --replace."
                        )
                        throw ExitStatus.foundProblem
                    }
                    try await client.removeCallback()
                    count += 1
                }
                for callback in registered.lists where isOurs(callback.registration) {
                    guard list.isEmpty || !Set(list).isDisjoint(with: callback.lists) else { continue }
                    try await client.removeCallback(id: callback.id)
                    count += 1
                }
                print(count == 1 ? "1 callback was removed." : "\(count) callbacks were removed.")
            }
        }
    }
}
