extension ControlAPI {
    func answerSalesforce(_ request: SandboxRequest, _ path: [String]) throws(ControlError) -> SandboxResponse {
        switch (request.method, path.first, path.count) {
        case ("GET", "rows", 2): return .json(.array(salesforce.rows(path[1]).map(\.json)))
        case ("POST", "rows", 2):
            let ids = try objects(request).map { body throws(ControlError) in
                try done { try salesforce.insert(path[1], values(body)) }
            }
            return .json(["ids": .array(ids.map(JSON.string))], status: 201)
        case ("GET", "records", 2):
            guard let row = salesforce.row(path[1]) else { throw .notFound }
            return .json(row.json)
        case ("PATCH", "records", 2):
            let body = try object(request)
            try done { try salesforce.change(path[1], values(body)) }
        case ("DELETE", "records", 2): try done { try salesforce.delete(path[1]) }
        case ("POST", "convert", 1): return try convert(object(request))
        case ("DELETE", "tokens", 1): salesforce.expireTokens()
        case ("POST", "fields", 1): try changeField(object(request))
        case ("POST", "objects", 1): try changeAccess(object(request))
        case ("POST", "write-faults", 1): try failWrites(object(request))
        case ("POST", "settings", 1):
            let body = try object(request)
            if let refuses = body["refusesEverySession"]?.bool { salesforce.refusesEverySession = refuses }
            if let count = body["requestCount"]?.integer { salesforce.requestCount = Int(count) }
            if let limit = body["dailyRequestLimit"]?.integer { salesforce.dailyRequestLimit = Int(limit) }
            if let mode = body["authorization"]?.string { salesforce.authorization = try Self.authorization(mode) }
        case ("GET", "counters", 1):
            return .json([
                "requests": .integer(Int64(salesforce.requests.count)),
                "apiRequests": .integer(Int64(salesforce.requestCount)),
            ])
        default: throw .notFound
        }
        return SandboxResponse(status: 204)
    }

    private func convert(_ body: JSON) throws(ControlError) -> SandboxResponse {
        guard let lead = body["leadId"]?.string else { throw .badRequest("Name the Lead: leadId.") }
        let target = body["contactId"]?.string.map(LeadConversionTarget.existingContact(id:)) ?? .newContact
        let contact = try done { try salesforce.convertLead(lead, into: target) }
        return .json(["contactId": .string(contact)])
    }

    private func changeField(_ body: JSON) throws(ControlError) {
        guard let object = body["object"]?.string, let field = body["field"]?.string else {
            throw .badRequest("Name object and field.")
        }
        if let length = body["length"]?.integer { salesforce.setLength(object, field, to: Int(length)) }
        if let key = body["key"]?.string {
            guard ["externalID", "nonUnique", "caseInsensitive", "none"].contains(key) else {
                throw .badRequest("key is externalID, nonUnique, caseInsensitive or none.")
            }
            salesforce.setKey(
                object,
                field,
                isExternalID: key != "none",
                isUnique: !["none", "nonUnique"].contains(key),
                isCaseSensitive: !["none", "caseInsensitive"].contains(key)
            )
        }
        switch body["access"]?.string {
        case "hidden": salesforce.hideField(object, field)
        case "readOnly": salesforce.makeReadOnly(object, field)
        case "visible": salesforce.showField(object, field)
        case "deleted": salesforce.deleteField(object, field)
        case nil where body["length"] != nil || body["key"] != nil: break
        default: throw .badRequest("access is hidden, readOnly, visible or deleted.")
        }
    }

    private func changeAccess(_ body: JSON) throws(ControlError) {
        guard let object = body["object"]?.string, let access = body["access"]?.string.flatMap(ObjectAccess.init) else {
            throw .badRequest("Name the object; access is full, readOnly or hidden.")
        }
        salesforce.setAccess(access, to: object)
    }

    private static func authorization(_ name: String) throws(ControlError) -> SandboxConfiguration.Authorization {
        switch name {
        case "granted": return .granted
        case "noRunAsUser": return .noRunAsUser
        case "loginHost": return .loginHost
        default: throw .badRequest("authorization is granted, noRunAsUser or loginHost.")
        }
    }

    private func failWrites(_ body: JSON) throws(ControlError) {
        guard let object = body["object"]?.string else { throw .badRequest("Name the object.") }
        salesforce.failWrites(
            to: object,
            next: Int(body["next"]?.integer ?? 1),
            code: body["code"]?.string ?? "UNABLE_TO_LOCK_ROW",
            message: body["message"]?.string ?? "unable to obtain exclusive access to this record"
        )
    }

    private func values(_ body: JSON) -> [String: JSON] {
        Dictionary((body.members ?? []).map { ($0.name, $0.value) }) { $1 }
    }

    private func done<Value>(_ work: () throws -> Value) throws(ControlError) -> Value {
        do {
            return try work()
        } catch SandboxError.noSuchRow(let id) {
            throw ControlError(status: 404, message: "There is no such record, or not in that state: \(id)")
        } catch {
            throw .badRequest("\(error)")
        }
    }
}

extension SalesforceRow {
    fileprivate var json: JSON {
        .object(
            [JSONMember("Id", .string(id)), JSONMember("object", .string(object))]
                + values.sorted { $0.key < $1.key }.filter { $0.key != "Id" }.map { JSONMember($0.key, $0.value) }
        )
    }
}
