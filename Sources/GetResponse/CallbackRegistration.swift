/// Where an account sends its callbacks, and of what they tell.
///
/// There is one an account: whoever registers another URL takes it from whoever had it before, without a word to anybody.
package struct CallbackRegistration: Hashable, Sendable {
    package var url: String
    /// The actions that are switched on, such as `unsubscribe`.
    package var actions: Set<String>

    package init(url: String, actions: Set<String>) {
        self.url = url
        self.actions = actions
    }
}

extension GetResponseClient {
    /// Where the account sends its callbacks; nil where they are switched off.
    ///
    /// - Throws: `GetResponseError`.
    package func callbackRegistration() async throws(GetResponseError) -> CallbackRegistration? {
        let json: JSONValue
        do {
            json = try await self.json(.callbacks, path: ["accounts", "callbacks"])
        } catch .notFound {
            return nil
        }
        guard let url = json["url"]?.text, !url.isEmpty else { return nil }
        guard case .object(let actions)? = json["actions"] else { return CallbackRegistration(url: url, actions: []) }
        return CallbackRegistration(url: url, actions: Set(actions.filter { $0.value == .bool(true) }.keys))
    }
}
