extension GetResponseRoutes {
    private static let actions = ["open", "click", "subscribe", "unsubscribe", "survey"]

    /// `/accounts/callbacks`: one configuration for the account; there is none (404) until it is posted.
    func callbacks(
        _ request: SandboxRequest,
        _ state: inout GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        switch request.method {
        case "GET":
            guard let callback = state.callback else { throw .notFound() }
            return .json(json(callback))
        case "POST":
            let callback = try merged(state.callback, with: object(request))
            state.callback = callback
            return .json(json(callback))
        case "DELETE":
            guard state.callback != nil else { throw .notFound() }
            state.callback = nil
            return SandboxResponse(status: 204)
        default: throw .notFound()
        }
    }

    /// `/callbacks` as the guide tells it: any number, each for some lists; the real API has no such path.
    func listCallbacks(
        _ request: SandboxRequest,
        id: String?,
        _ state: inout GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        switch (request.method, id) {
        case ("GET", nil): return .json(.array(state.listCallbacks.sorted { $0.key < $1.key }.map(\.value)))
        case ("GET", let id?):
            guard let callback = state.listCallbacks[id] else { throw .notFound(["callbackId": .string(id)]) }
            return .json(callback)
        case ("POST", nil):
            let body = try object(request)
            guard let members = body.members, body["url"]?.string?.isEmpty == false else { throw Self.missingURL }
            let id = state.freshID()
            let callback = JSON.object([JSONMember("callbackId", .string(id))] + members)
            state.listCallbacks[id] = callback
            return .json(callback, status: 201)
        case ("DELETE", let id?):
            guard state.listCallbacks.removeValue(forKey: id) != nil else {
                throw .notFound(["callbackId": .string(id)])
            }
            return SandboxResponse(status: 204)
        default: throw .notFound()
        }
    }

    private static var missingURL: GetResponseError {
        .validation(type: "body", field: "url", description: "Value is required")
    }

    private func object(_ request: SandboxRequest) throws(GetResponseError) -> JSON {
        guard let body = try? JSONParser.parse(request.body), body.members != nil else {
            throw .validation(type: "body", field: "", description: "Body is not a valid JSON object")
        }
        return body
    }

    private func merged(
        _ current: GetResponseCallback?,
        with body: JSON
    ) throws(GetResponseError) -> GetResponseCallback {
        guard let url = body["url"]?.string ?? current?.url, url.hasPrefix("http://") || url.hasPrefix("https://")
        else {
            throw Self.missingURL
        }
        var actions = current?.actions ?? [:]
        for member in body["actions"]?.members ?? [] {
            guard Self.actions.contains(member.name) else {
                guard configuration.refusesUnknownCallbackActions else { continue }
                throw .validation(type: "body", field: member.name, description: "Not allowed action")
            }
            guard let isOn = member.value.bool else {
                throw .validation(type: "body", field: member.name, description: "Value must be a boolean")
            }
            actions[member.name] = isOn
        }
        return GetResponseCallback(url: url, actions: actions)
    }

    private func json(_ callback: GetResponseCallback) -> JSON {
        [
            "url": .string(callback.url),
            "actions": .object(Self.actions.map { JSONMember($0, .bool(callback.actions[$0] ?? false)) }),
        ]
    }
}
