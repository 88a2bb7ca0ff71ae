import Foundation
import NIOHTTP1

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

/// A callback of the guide's form, which is told of some lists only; the real API has none such.
package struct ListCallback: Hashable, Sendable {
    package var id: String
    package var registration: CallbackRegistration
    /// The ids of the lists that it is told of.
    package var lists: [String]

    package init(id: String, registration: CallbackRegistration, lists: [String]) {
        self.id = id
        self.registration = registration
        self.lists = lists
    }
}

extension GetResponseClient {
    private static let account = ["accounts", "callbacks"]

    /// Sends the account's callbacks to another URL, whoever had them before.
    ///
    /// - Parameters:
    ///   - url: Where to; with the token in it.
    ///   - actions: The actions to tell of; others that are switched on stay so.
    /// - Returns: What GetResponse says is registered then.
    /// - Throws: `notFound` where the API knows callbacks of lists only; any other error.
    package func registerCallback(
        url: String,
        actions: Set<String>
    ) async throws(GetResponseError) -> CallbackRegistration {
        let body = CallbackBody(url: url, actions: Dictionary(uniqueKeysWithValues: actions.map { ($0, true) }))
        let answer = try await send(
            .callbacks,
            method: .POST,
            path: Self.account,
            query: [],
            body: body.json,
            maximum: Self.maximumRecordBytes
        )
        guard let registration = JSONValue(bytes: answer.body).flatMap(CallbackRegistration.init(json:)) else {
            throw .undecodable(status: answer.status, reason: "a callback must be an object with a url")
        }
        return registration
    }

    /// Switches the account's callbacks off.
    ///
    /// - Throws: `notFound` where they are off; any other error.
    package func removeCallback() async throws(GetResponseError) {
        _ = try await send(
            .callbacks,
            method: .DELETE,
            path: Self.account,
            query: [],
            maximum: Self.maximumRecordBytes
        )
    }

    /// The callbacks of lists, in the guide's form.
    ///
    /// - Returns: None where the API does not know them, as the real one does not.
    /// - Throws: `GetResponseError`.
    package func listCallbacks() async throws(GetResponseError) -> [ListCallback] {
        let json: JSONValue
        do {
            json = try await self.json(.callbacks, path: ["callbacks"])
        } catch .notFound {
            return []
        }
        return (json.elements ?? []).compactMap { element in
            guard let id = element["callbackId"]?.text, let registration = CallbackRegistration(json: element) else {
                return nil
            }
            let lists = element["campaigns"]?.elements ?? []
            return ListCallback(id: id, registration: registration, lists: lists.compactMap { $0["campaignId"]?.text })
        }
    }

    /// Registers a callback for some lists, in the guide's form.
    ///
    /// - Throws: `notFound` where the API does not know them; any other error.
    package func registerCallback(
        url: String,
        actions: Set<String>,
        lists: [String]
    ) async throws(GetResponseError) {
        var body = CallbackBody(url: url, actions: Dictionary(uniqueKeysWithValues: actions.map { ($0, true) }))
        body.campaigns = lists.map { ["campaignId": $0] }
        _ = try await send(
            .callbacks,
            method: .POST,
            path: ["callbacks"],
            query: [],
            body: body.json,
            maximum: Self.maximumRecordBytes
        )
    }

    /// Removes a callback of lists.
    ///
    /// - Throws: `notFound` where it is gone; any other error.
    package func removeCallback(id: String) async throws(GetResponseError) {
        _ = try await send(
            .callbacks,
            method: .DELETE,
            path: ["callbacks", id],
            query: [],
            maximum: Self.maximumRecordBytes
        )
    }

    /// Where the account sends its callbacks; nil where they are switched off.
    ///
    /// - Throws: `GetResponseError`.
    package func callbackRegistration() async throws(GetResponseError) -> CallbackRegistration? {
        let json: JSONValue
        do {
            json = try await self.json(.callbacks, path: Self.account)
        } catch .notFound {
            return nil
        }
        return CallbackRegistration(json: json)
    }
}

extension CallbackRegistration {
    fileprivate init?(json: JSONValue) {
        guard let url = json["url"]?.text, !url.isEmpty else { return nil }
        guard case .object(let actions)? = json["actions"] else {
            self.init(url: url, actions: [])
            return
        }
        self.init(url: url, actions: Set(actions.filter { $0.value == .bool(true) }.keys))
    }
}

private struct CallbackBody: Encodable {
    var url: String
    var actions: [String: Bool]
    var campaigns: [[String: String]]?

    var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and truth values can't fail to be encoded; an empty body would be refused, and said so.
        return (try? encoder.encode(self)) ?? Data()
    }
}
