/// Which answer belongs to which path of the GetResponse API.
struct GetResponseRoutes {
    let configuration: SandboxConfiguration.GetResponse
    let now: Int64

    func answer(
        _ request: SandboxRequest,
        _ state: inout GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        let segments = request.segments
        guard segments.first == "v3" else { throw .notFound() }
        let path = Array(segments.dropFirst())
        switch (request.method, path.first, path.count) {
        case ("GET", "accounts", 1): return account()
        case (_, "accounts", 2) where path[1] == "callbacks" && configuration.callbackStyle == .account:
            return try callbacks(request, &state)
        case (_, "callbacks", 1...2) where configuration.callbackStyle == .perList:
            return try listCallbacks(request, id: path.count == 2 ? path[1] : nil, &state)
        case ("GET", "contacts", 1): return try contacts(request, in: nil, state)
        case ("GET", "contacts", 2): return try contact(path[1], request, state)
        case ("DELETE", "contacts", 2): return try deleteContact(path[1], &state)
        case ("GET", "campaigns", 1): return try campaigns(request, state)
        case ("GET", "campaigns", 2): return try campaign(path[1], state)
        case ("GET", "campaigns", 3) where path[2] == "contacts": return try contacts(request, in: path[1], state)
        case ("GET", "custom-fields", 1): return try customFields(request, state)
        case ("GET", "tags", 1): return try tags(request, state)
        case ("POST", "search-contacts", 2) where path[1] == "contacts": return try searchContacts(request, state)
        default: throw .notFound()
        }
    }

    private func account() -> SandboxResponse {
        .json([
            "accountId": "VfEy1", "email": "owner@example.com",
            "countryCode": ["countryCodeId": "175", "countryCode": "PL"], "industryTag": ["industryTagId": "1"],
            "timeZone": ["name": "Europe/Warsaw", "offset": "+01:00"],
            "href": "https://api.getresponse.com/v3/accounts", "firstName": "Sandbox", "lastName": "Owner",
            "companyName": "Example", "phone": "+00155555555", "state": "Mazovia", "city": "Warsaw",
            "street": "Main Street 1", "zipCode": "81-611", "numberOfEmployees": "50", "timeFormat": "24h",
        ])
    }

    private func deleteContact(
        _ id: String,
        _ state: inout GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        guard state.remove(id, reason: "api", now: now) else { throw .notFound(["contactId": .string(id)]) }
        return SandboxResponse(status: 204)
    }

    private func campaigns(
        _ request: SandboxRequest,
        _ state: GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        let query = try ListQuery(request, filters: ["name", "isDefault"], sorts: ["name", "createdOn"])
        let lists = state.listOrder.compactMap { state.lists[$0] }.filter { list in
            query.filters["name"].map { list.name.lowercased().contains($0.lowercased()) } ?? true
        }
        return query.page(lists.map(campaignJSON))
    }

    private func campaign(_ id: String, _ state: GetResponseState) throws(GetResponseError) -> SandboxResponse {
        guard let list = state.lists[id] else { throw .notFound(["campaignId": .string(id)]) }
        return .json(campaignJSON(list))
    }

    private func campaignJSON(_ list: GetResponseList) -> JSON {
        [
            "description": .string(list.name), "campaignId": .string(list.id), "name": .string(list.name),
            "techName": .string(list.name), "languageCode": "EN", "isDefault": "false",
            "createdOn": .string(CivilTime.getResponse(list.createdOn)),
            "href": .string("https://api.getresponse.com/v3/campaigns/\(list.id)"),
        ]
    }

    private func customFields(
        _ request: SandboxRequest,
        _ state: GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        let query = try ListQuery(request, filters: ["name"], sorts: ["name"])
        let fields = state.customFieldIDs.sorted { $0.key < $1.key }.filter { field in
            query.filters["name"].map { field.key.contains($0) } ?? true
        }
        return query.page(
            fields.map { name, id in
                [
                    "customFieldId": .string(id), "href": .string("https://api.getresponse.com/v3/custom-fields/\(id)"),
                    "name": .string(name), "type": "text", "valueType": "string", "format": "text",
                    "fieldType": "text", "hidden": "false", "values": [],
                ]
            }
        )
    }

    private func tags(_ request: SandboxRequest, _ state: GetResponseState) throws(GetResponseError) -> SandboxResponse
    {
        let query = try ListQuery(request, filters: ["name"], sorts: ["name", "createdAt"])
        let tags = state.tagIDs.sorted { $0.key < $1.key }.filter { tag in
            query.filters["name"].map { tag.key.contains($0) } ?? true
        }
        return query.page(
            tags.map { name, id in
                [
                    "tagId": .string(id), "name": .string(name),
                    "href": .string("https://api.getresponse.com/v3/tags/\(id)"), "color": "",
                ]
            }
        )
    }
}
