extension ControlAPI {
    func answerGetResponse(_ request: SandboxRequest, _ path: [String]) throws(ControlError) -> SandboxResponse {
        switch (request.method, path.first, path.count) {
        case ("POST", "lists", 1):
            for body in try objects(request) {
                guard let id = body["id"]?.string else { throw .badRequest("A list needs an id.") }
                getResponse.addList(id: id, name: body["name"]?.string ?? id)
            }
            return SandboxResponse(status: 204)
        case ("POST", "contacts", 1):
            let contacts = try objects(request).map { body throws(ControlError) in try contact(body) }
            return .json(["ids": .array(contacts.map { .string(getResponse.addContact($0)) })], status: 201)
        case ("GET", "contacts", 2):
            guard let contact = getResponse.contact(path[1]) else { throw .notFound }
            return .json(json(contact))
        case ("DELETE", "contacts", 2):
            var deletedOn: Int64?
            if let text = request.queryItem("deletedOn") {
                deletedOn = CivilTime.dateTime(text)
                guard deletedOn != nil else { throw .badRequest("deletedOn is no time.") }
            }
            let reason = request.queryItem("reason") ?? "unsubscribe"
            guard getResponse.deleteContact(path[1], reason: reason, deletedOn: deletedOn) else { throw .notFound }
            return SandboxResponse(status: 204)
        case ("GET", "callback", 1):
            guard let callback = getResponse.callback else { return .json(.null) }
            let actions = callback.actions.sorted { $0.key < $1.key }.map { JSONMember($0.key, .bool($0.value)) }
            return .json(["url": .string(callback.url), "actions": .object(actions)])
        case ("GET", "counters", 1):
            return .json([
                "requests": .integer(Int64(getResponse.requests.count)),
                "refusals": .integer(Int64(getResponse.refusals)),
                "remaining": .integer(Int64(getResponse.remainingRequests)),
            ])
        default: throw .notFound
        }
    }

    private func contact(_ body: JSON) throws(ControlError) -> GetResponseContact {
        guard let email = body["email"]?.string else { throw .badRequest("A contact needs an email.") }
        var contact = GetResponseContact(
            id: body["contactId"]?.string,
            email: email,
            name: body["name"]?.string,
            tags: body["tags"]?.array?.compactMap(\.string) ?? [],
            customFields: (body["customFields"]?.members ?? []).map { member in
                (member.name, member.value.array?.compactMap(\.string) ?? [member.value.string].compactMap { $0 })
            }
        )
        if let listID = body["listId"]?.string { contact.listID = listID }
        if let origin = body["origin"]?.string { contact.origin = origin }
        contact.note = body["note"]?.string
        contact.dayOfCycle = body["dayOfCycle"]?.string
        contact.scoring = body["scoring"]?.double
        if let createdOn = body["createdOn"]?.string {
            guard let time = CivilTime.dateTime(createdOn) else { throw .badRequest("createdOn is no time.") }
            contact.createdOn = time
        }
        if let place = body["geolocation"] {
            contact.geolocation = GetResponseContact.Geolocation(
                latitude: place["latitude"]?.string,
                longitude: place["longitude"]?.string,
                continentCode: place["continentCode"]?.string,
                countryCode: place["countryCode"]?.string,
                region: place["region"]?.string,
                postalCode: place["postalCode"]?.string,
                city: place["city"]?.string
            )
        }
        return contact
    }

    private func json(_ contact: GetResponseContact) -> JSON {
        [
            "contactId": JSON(contact.id), "email": .string(contact.email), "name": JSON(contact.name),
            "listId": .string(contact.listID), "tags": .array(contact.tags.map(JSON.string)),
            "customFields": .object(
                contact.customFields.map { JSONMember($0.name, .array($0.values.map(JSON.string))) }
            ),
        ]
    }
}
