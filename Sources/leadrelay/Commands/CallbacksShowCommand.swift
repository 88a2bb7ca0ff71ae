import ArgumentParser
import Diagnostics
import GetResponse

struct CallbacksShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print where GetResponse sends its callbacks, and of what they tell; exit 1 unless it is here."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let registered = try await settings.askingGetResponse("callbacks") { client, _ in
                try await RegisteredCallbacks(client)
            }
            let address = settings.callbackAddress
            for line in registered.lines(address) { print(line) }
            guard registered.tellsOptOuts(to: address) else { throw ExitStatus.foundProblem }
        }
    }
}

/// What is registered, in whichever form the API knows.
struct RegisteredCallbacks {
    var account: CallbackRegistration?
    var lists: [ListCallback] = []

    init(_ client: GetResponseClient) async throws(GetResponseError) {
        account = try await client.callbackRegistration()
        if account == nil { lists = try await client.listCallbacks() }
    }

    var isEmpty: Bool { account == nil && lists.isEmpty }

    /// Whether the account's callback, or one of the lists', comes here and tells of opt-outs; where nobody has said where that
    /// is, any will do.
    func tellsOptOuts(to address: CallbackAddress) -> Bool {
        ([account].compactMap(\.self) + lists.map(\.registration)).contains { registration in
            [.ours, .unknown].contains(address.owner(of: registration.url))
                && registration.actions.contains("unsubscribe")
        }
    }

    /// What there is, without any secret.
    func lines(_ address: CallbackAddress) -> [String] {
        guard !isEmpty else { return ["GetResponse sends no callbacks."] }
        let account = account.map { ["account: " + Self.text($0, address)] } ?? []
        return account
            + lists.map { callback in
                let lists = callback.lists.isEmpty ? "no list" : callback.lists.joined(separator: ", ")
                return "\(callback.id) (\(lists)): " + Self.text(callback.registration, address)
            }
    }

    private static func text(_ registration: CallbackRegistration, _ address: CallbackAddress) -> String {
        let whose =
            switch address.owner(of: registration.url) {
            case .ours: "this LeadRelay"
            case .oursWithAnotherToken: "this LeadRelay, with another token than ingest.token: each is refused"
            case .foreign: "not this LeadRelay"
            case .unknown: "set ingest.publicURL to have it compared"
            }
        let actions = registration.actions.isEmpty ? "nothing" : registration.actions.sorted().joined(separator: ", ")
        return "\(address.shown(registration.url)) (\(whose)); tells of \(actions)"
    }
}
