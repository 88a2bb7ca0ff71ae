extension GetResponseRoutes {
    private static let searchFields = [
        "contactId", "name", "email", "origin", "dayOfCycle", "createdOn", "campaign", "score", "reason", "deletedOn",
    ]
    private static let cycles = ["receiving_autoresponder", "not_receiving_autoresponder"]
    private static let dates = [
        "all_time", "today", "yesterday", "last_7_days", "last_30_days", "this_week", "last_week", "this_month",
        "last_month", "last_2_months", "custom",
    ]

    /// `POST /search-contacts/contacts`: the contacts that a segment's conditions find, the removed ones among them.
    ///
    /// Emulated are the lists and the kind of subscriber; a section that asks for more is refused rather than misread.
    func searchContacts(
        _ request: SandboxRequest,
        _ state: GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        let query = try ListQuery(request, filters: [], sorts: ["name", "email", "createdOn"])
        guard let body = try? JSONParser.parse(request.body), body.members != nil else {
            throw .validation(type: "body", field: "", description: "Body is not a valid JSON object")
        }
        let kind = try subscribersType(body)
        let sections = try sections(body)
        func isWanted(_ listID: String) -> Bool { sections.contains { $0.contains(listID) } }
        var found: [(key: GetResponseContact, json: JSON)] = []
        switch kind {
        case "removed":
            found = state.removed.filter { isWanted($0.contact.listID) }.map { removed in
                (removed.contact, searched(removed.contact, removed: removed, state))
            }
        case "subscribed":
            found = state.contactOrder.compactMap { state.contacts[$0] }.filter { isWanted($0.listID) }.map { contact in
                (contact, searched(contact, removed: nil, state))
            }
        default: break
        }
        for sort in query.sorts.reversed() {
            found.sort { lhs, rhs in
                let left = sort.ascending ? lhs : rhs
                let right = sort.ascending ? rhs : lhs
                return Self.key(left.key, sort.field) < Self.key(right.key, sort.field)
            }
        }
        return query.page(found.map { $0.json.only(query.fields) })
    }

    private func subscribersType(_ body: JSON) throws(GetResponseError) -> String {
        let kinds = body["subscribersType"]?.array?.compactMap(\.string) ?? []
        guard kinds.count == 1, ["subscribed", "undelivered", "removed", "unconfirmed"].contains(kinds[0]) else {
            throw .validation(type: "body", field: "subscribersType", description: "Only one subscription status")
        }
        return kinds[0]
    }

    /// The lists that each section asks for.
    private func sections(_ body: JSON) throws(GetResponseError) -> [Set<String>] {
        guard ["or", "and"].contains(body["sectionLogicOperator"]?.string) else {
            throw .validation(type: "body", field: "sectionLogicOperator", description: "Value must be 'or' or 'and'")
        }
        guard let sections = body["section"]?.array, !sections.isEmpty else {
            throw .validation(type: "body", field: "section", description: "Value is required")
        }
        var lists: [Set<String>] = []
        for section in sections {
            guard let ids = section["campaignIdsList"]?.array?.compactMap(\.string), !ids.isEmpty else {
                throw .validation(type: "body", field: "campaignIdsList", description: "Value is required")
            }
            guard ["or", "and"].contains(section["logicOperator"]?.string) else {
                throw .validation(type: "body", field: "logicOperator", description: "Value must be 'or' or 'and'")
            }
            guard let cycle = section["subscriberCycle"]?.array?.compactMap(\.string),
                cycle.allSatisfy(Self.cycles.contains)
            else {
                throw .validation(type: "body", field: "subscriberCycle", description: "Value is required")
            }
            guard let date = section["subscriptionDate"]?.string, Self.dates.contains(date) else {
                throw .validation(type: "body", field: "subscriptionDate", description: "Value is required")
            }
            guard date == "all_time", section["conditions"]?.array?.isEmpty ?? true else {
                throw .validation(type: "sandbox", field: "section", description: "The sandbox knows no conditions")
            }
            lists.append(Set(ids))
        }
        return lists
    }

    private func searched(
        _ contact: GetResponseContact,
        removed: RemovedGetResponseContact?,
        _ state: GetResponseState
    ) -> JSON {
        [
            "contactId": JSON(contact.id), "name": JSON(contact.name), "email": .string(contact.email),
            "origin": .string(contact.origin), "dayOfCycle": JSON(contact.dayOfCycle),
            "createdOn": .string(CivilTime.getResponse(contact.createdOn ?? 0)),
            "campaign": campaign(contact, state), "score": .null, "reason": JSON(removed?.reason),
            "deletedOn": removed.map { .string(CivilTime.getResponse($0.deletedOn)) } ?? .null,
        ]
    }
}
