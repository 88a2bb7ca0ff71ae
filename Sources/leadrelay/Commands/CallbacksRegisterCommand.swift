import ArgumentParser
import Diagnostics
import GetResponse

struct CallbacksRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Have GetResponse send its callbacks to ingest.publicURL; refuses to take them from somebody else.",
        discussion: """
            It asks first, registers, then asks again and compares. Where the API knows callbacks of lists only, one is \
            registered for each list, or for those named with --list.
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Register in the guide's form, for this list; can be given several times.")
    var list: [String] = []

    @Flag(help: "Take the callbacks even from somebody else.")
    var replace = false

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let address = settings.callbackAddress
            guard let url = address.url else {
                StandardError.write(
                    "Set ingest.publicURL to where GetResponse reaches ingest, such as https://relay.example.com, and "
                        + "ingest.token; the callbacks then go to \(address.shown)."
                )
                throw ExitStatus.configuration
            }
            try await settings.askingGetResponse("callbacks") { client, _ in
                let registration = CallbackRegistering(client: client, address: address, url: url, replaces: replace)
                print(try await registration.run(lists: list))
            }
        }
    }
}

/// Registers this LeadRelay, and makes sure that it is.
struct CallbackRegistering {
    /// Why it was not done.
    enum Refusal: Error, CustomStringConvertible {
        case foreign(String)
        case notKept(String)
        case noLists

        var description: String {
            switch self {
            case .foreign(let url):
                "GetResponse sends its callbacks to \(url), which is not this LeadRelay. If nothing needs them there any more, "
                    + "run it again with --replace."
            case .notKept(let what):
                "GetResponse took the callback, but shows \(what). Look whether another tool registers one too."
            case .noLists:
                "The account has no list to register a callback for."
            }
        }
    }

    static let actions: Set<String> = ["subscribe", "unsubscribe", "open", "click"]
    /// Only the guide's form knows of tags.
    static let listActions = actions.union(["tag_applied"])

    let client: GetResponseClient
    let address: CallbackAddress
    let url: String
    let replaces: Bool

    /// - Parameter lists: For which lists; none is the account, where the API knows that.
    /// - Returns: What was done, for people.
    /// - Throws: `Refusal`, `GetResponseError`.
    func run(lists: [String]) async throws -> String {
        guard lists.isEmpty else { return try await register(lists: lists) }
        let current = try await client.callbackRegistration()
        if let current {
            switch address.owner(of: current.url) {
            case .ours where current.actions.isSuperset(of: Self.actions):
                return "GetResponse sends its callbacks to \(address.shown) already."
            case .foreign where !replaces: throw Refusal.foreign(address.shown(current.url))
            default: break
            }
        }
        guard try await registerForAccount() else {
            let all = try await client.campaigns().map(\.id)
            guard !all.isEmpty else { throw Refusal.noLists }
            return try await register(lists: all)
        }
        let kept = try await client.callbackRegistration()
        guard let kept, address.owner(of: kept.url) == .ours else {
            throw Refusal.notKept(kept.map { address.shown($0.url) } ?? "none")
        }
        let missing = Self.actions.subtracting(kept.actions).sorted()
        guard missing.isEmpty else { throw Refusal.notKept("it without \(missing.joined(separator: ", "))") }
        return "GetResponse sends its callbacks to \(address.shown) now; it tells of \(Self.text(kept.actions))."
    }

    /// - Returns: False in the guide's API: there is no callback of the account, and each list has its own.
    private func registerForAccount() async throws(GetResponseError) -> Bool {
        do throws(GetResponseError) {
            _ = try await client.registerCallback(url: url, actions: Self.actions)
            return true
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
    }

    private func register(lists: [String]) async throws -> String {
        let wanted = Set(lists)
        let current = try await client.listCallbacks().filter { !wanted.isDisjoint(with: $0.lists) }
        let foreign = current.filter { address.owner(of: $0.registration.url) == .foreign }
        if let first = foreign.first, !replaces { throw Refusal.foreign(address.shown(first.registration.url)) }
        let served = current.filter { callback in
            address.owner(of: callback.registration.url) == .ours
                && callback.registration.actions.isSuperset(of: Self.listActions)
        }
        let rest = wanted.subtracting(served.flatMap(\.lists)).sorted()
        if !rest.isEmpty { try await client.registerCallback(url: url, actions: Self.listActions, lists: rest) }
        // The new one tells already before an old one goes, so that nothing is missed in between.
        for callback in foreign { try await client.removeCallback(id: callback.id) }
        let kept = try await client.listCallbacks().filter { address.owner(of: $0.registration.url) == .ours }
        let missing = wanted.subtracting(kept.flatMap(\.lists)).sorted()
        guard missing.isEmpty else { throw Refusal.notKept("none for \(missing.joined(separator: ", "))") }
        return rest.isEmpty
            ? "GetResponse sends the callbacks of these lists to \(address.shown) already."
            : "GetResponse sends the callbacks of \(Self.text(rest)) to \(address.shown) now."
    }

    private static func text(_ names: some Collection<String>) -> String { names.sorted().joined(separator: ", ") }
}
