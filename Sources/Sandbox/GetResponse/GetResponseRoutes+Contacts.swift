extension GetResponseRoutes {
    private static let listFields = [
        "contactId", "name", "origin", "timeZone", "activities", "changedOn", "createdOn", "campaign", "email",
        "dayOfCycle", "scoring", "engagementScore", "href", "note", "ipAddress",
    ]
    private static let detailFields = listFields + ["geolocation", "tags", "customFieldValues"]

    /// `GET /contacts/{id}`: everything of a contact that is still in its list.
    func contact(
        _ id: String,
        _ request: SandboxRequest,
        _ state: GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        let fields = request.queryItem("fields")?.split(separator: ",").map { $0.trimmingSpace }
        try check(fields, among: Self.detailFields)
        guard let contact = state.contacts[id] else { throw .notFound(["contactId": .string(id)]) }
        return .json(json(contact, id, state, detailed: true).only(fields))
    }

    /// `GET /contacts` and `GET /campaigns/{id}/contacts`: without custom fields, tags and place, as the real one.
    func contacts(
        _ request: SandboxRequest,
        in listID: String?,
        _ state: GetResponseState
    ) throws(GetResponseError) -> SandboxResponse {
        var filters: Set = ["email", "name", "createdOn[from]", "createdOn[to]"]
        var sorts: Set = ["email", "name", "createdOn"]
        if let listID {
            guard state.lists[listID] != nil else { throw .notFound(["campaignId": .string(listID)]) }
        } else {
            filters.formUnion(["campaignId", "origin", "changedOn[from]", "changedOn[to]"])
            sorts.formUnion(["changedOn", "campaignId"])
        }
        let query = try ListQuery(request, filters: filters, sorts: sorts)
        try check(query.fields, among: Self.listFields)
        let filter = try ContactFilter(query, listID: listID)
        var found = state.contactOrder.compactMap { id in state.contacts[id].map { (id: id, contact: $0) } }
            .filter { filter.accepts($0.contact) }
        for sort in query.sorts.reversed() {
            // Sorting is stable, so the last key goes first.
            found.sort { lhs, rhs in
                let left = sort.ascending ? lhs : rhs
                let right = sort.ascending ? rhs : lhs
                return Self.key(left.contact, sort.field) < Self.key(right.contact, sort.field)
            }
        }
        return query.page(found.map { json($0.contact, $0.id, state, detailed: false).only(query.fields) })
    }

    private func check(_ fields: [String]?, among known: [String]) throws(GetResponseError) {
        guard configuration.refusesUnknownFields, let unknown = fields?.first(where: { !known.contains($0) }) else {
            return
        }
        throw .validation(type: "fields", field: unknown, description: "Not allowed field")
    }

    private func json(_ contact: GetResponseContact, _ id: String, _ state: GetResponseState, detailed: Bool) -> JSON {
        let href = "https://api.getresponse.com/v3/contacts/\(id)"
        var members: [JSONMember] = [
            .init("contactId", .string(id)), .init("href", .string(href)), .init("name", JSON(contact.name)),
            .init("email", .string(contact.email)), .init("note", JSON(contact.note)),
            .init("origin", .string(contact.origin)), .init("dayOfCycle", JSON(contact.dayOfCycle)),
            .init("createdOn", .string(CivilTime.getResponse(contact.createdOn ?? 0))),
            .init("changedOn", .string(CivilTime.getResponse(contact.changedOn ?? 0))),
            .init("timeZone", .string(contact.timeZone)), .init("ipAddress", .string(contact.ipAddress)),
            .init("activities", .string("\(href)/activities")), .init("campaign", campaign(contact, state)),
            .init("scoring", score(contact.scoring)),
            .init("engagementScore", contact.engagementScore.map { .integer(Int64($0)) } ?? .null),
        ]
        if detailed {
            members.append(.init("geolocation", geolocation(contact.geolocation)))
            members.append(.init("tags", .array(contact.tags.prefix(500).map { tag($0, state) })))
            members.append(.init("customFieldValues", .array(contact.customFields.map { customField($0, state) })))
        }
        return .object(members)
    }

    func campaign(_ contact: GetResponseContact, _ state: GetResponseState) -> JSON {
        [
            "campaignId": .string(contact.listID), "name": JSON(state.lists[contact.listID]?.name),
            "href": .string("https://api.getresponse.com/v3/campaigns/\(contact.listID)"),
        ]
    }

    private func score(_ value: Double?) -> JSON {
        guard let value else { return .null }
        return Int64(exactly: value).map(JSON.integer) ?? .double(value)
    }

    private func geolocation(_ place: GetResponseContact.Geolocation) -> JSON {
        [
            "latitude": JSON(place.latitude), "longitude": JSON(place.longitude),
            "continentCode": JSON(place.continentCode), "countryCode": JSON(place.countryCode),
            "region": JSON(place.region), "postalCode": JSON(place.postalCode), "dmaCode": JSON(place.dmaCode),
            "city": JSON(place.city),
        ]
    }

    private func tag(_ name: String, _ state: GetResponseState) -> JSON {
        let id = state.tagIDs[name] ?? name
        return [
            "tagId": .string(id), "name": .string(name),
            "href": .string("https://api.getresponse.com/v3/tags/\(id)"), "color": "",
        ]
    }

    private func customField(_ field: (name: String, values: [String]), _ state: GetResponseState) -> JSON {
        let values = JSON.array(field.values.map(JSON.string))
        return [
            "customFieldId": .string(state.customFieldIDs[field.name] ?? field.name), "name": .string(field.name),
            "value": values, "values": values, "type": "text", "fieldType": "text", "valueType": "string",
        ]
    }

    static func key(_ contact: GetResponseContact, _ field: String) -> String {
        switch field {
        case "email": contact.email.lowercased()
        case "name": contact.name?.lowercased() ?? ""
        case "campaignId": contact.listID
        case "changedOn": CivilTime.salesforce(contact.changedOn ?? 0)
        default: CivilTime.salesforce(contact.createdOn ?? 0)
        }
    }
}

/// Both ends of a time filter; nothing lies within when they are the wrong way round.
private struct TimeBounds {
    let from: Int64
    let to: Int64

    func contains(_ time: Int64) -> Bool { from <= time && time <= to }
}

/// The `query[…]` of a contact list.
private struct ContactFilter {
    private let query: ListQuery
    private let listID: String?
    private let created: TimeBounds
    private let changed: TimeBounds

    init(_ query: ListQuery, listID: String?) throws(GetResponseError) {
        self.query = query
        self.listID = listID
        created = try Self.range("createdOn", query)
        changed = try Self.range("changedOn", query)
    }

    func accepts(_ contact: GetResponseContact) -> Bool {
        let lists = query.filters["campaignId"].map { $0.split(separator: ",").map(String.init) }
        return (listID == nil || contact.listID == listID) && (lists?.contains(contact.listID) ?? true)
            && matches(contact.email, "email") && matches(contact.name ?? "", "name")
            && (query.filters["origin"].map { $0 == contact.origin } ?? true)
            && created.contains(contact.createdOn ?? 0) && changed.contains(contact.changedOn ?? 0)
    }

    /// Part of the value, or all of it with `additionalFlags=exactMatch`; never by case.
    private func matches(_ value: String, _ name: String) -> Bool {
        guard let wanted = query.filters[name]?.lowercased() else { return true }
        return query.flags.contains("exactMatch")
            ? value.lowercased() == wanted : wanted.isEmpty || value.lowercased().contains(wanted)
    }

    private static func range(_ field: String, _ query: ListQuery) throws(GetResponseError) -> TimeBounds {
        TimeBounds(
            from: try bound("\(field)[from]", query, endOfDay: false) ?? Int64.min,
            to: try bound("\(field)[to]", query, endOfDay: true) ?? Int64.max
        )
    }

    private static func bound(_ name: String, _ query: ListQuery, endOfDay: Bool) throws(GetResponseError) -> Int64? {
        guard let text = query.filters[name] else { return nil }
        if let day = CivilTime.date(text) { return endOfDay ? day + 86_399_999 : day }
        guard let time = CivilTime.dateTime(text) else {
            throw .validation(type: "searchFilter[query]", field: name, description: "Not a valid ISO 8601 date")
        }
        return time
    }
}

extension JSON {
    /// The members that `fields=` names, and the id, which is always there.
    func only(_ fields: [String]?) -> JSON {
        guard let fields, let members else { return self }
        return .object(members.filter { $0.name == "contactId" || fields.contains($0.name) })
    }
}
