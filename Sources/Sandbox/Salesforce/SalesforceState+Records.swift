extension SalesforceState {
    /// Everything below `/sobjects`.
    mutating func sobjects(
        _ request: SandboxRequest,
        _ path: [String],
        _ version: String
    ) throws(SalesforceError) -> SandboxResponse {
        guard let name = path.first else {
            guard request.method == "GET" else { throw .methodNotAllowed }
            return .json(globalDescription(version))
        }
        let object = try object(name)
        switch path.count {
        case 1: return try collection(request, object, version)
        case 2 where path[1] == "describe" && request.method == "GET": return .json(description(object, version))
        case 2: return try record(request, object, path[1], version)
        case 3: return try keyed(request, object, field: path[1], value: path[2], version)
        default: throw .notFound
        }
    }

    private mutating func collection(
        _ request: SandboxRequest,
        _ object: ObjectDescription,
        _ version: String
    ) throws(SalesforceError) -> SandboxResponse {
        switch request.method {
        case "GET": return .json(["objectDescribe": summary(object, version), "recentItems": []])
        case "POST":
            let id = try create(object, RecordWrite(request), now: request.time)
            return created(id, object, version, body: Self.saved(id))
        default: throw .methodNotAllowed
        }
    }

    private mutating func record(
        _ request: SandboxRequest,
        _ object: ObjectDescription,
        _ id: String,
        _ version: String
    ) throws(SalesforceError) -> SandboxResponse {
        switch request.method {
        case "GET":
            let row = try row(id, of: object)
            guard !row.isDeleted else { throw .notFound }
            return .json(try selected(row, object, request, version))
        case "PATCH":
            let row = try row(id, of: object)
            try update(object, id: row.id, RecordWrite(request), now: request.time)
            return SandboxResponse(status: 204)
        case "DELETE":
            try delete(object, id: id, now: request.time)
            return SandboxResponse(status: 204)
        default: throw .methodNotAllowed
        }
    }

    /// A record by external id: read, upsert, delete.
    private mutating func keyed(
        _ request: SandboxRequest,
        _ object: ObjectDescription,
        field name: String,
        value: String,
        _ version: String
    ) throws(SalesforceError) -> SandboxResponse {
        if name.lowercased() == "id" { return try record(request, object, value, version) }
        let field = try key(name, of: object)
        let found = matches(object, field, value)
        if found.count > 1 {
            let urls = found.map { JSON.string("/services/data/\(version)/sobjects/\(object.name)/\($0.id)") }
            return .json(.array(urls), status: 300)
        }
        switch request.method {
        case "PATCH": return try upsert(request, object, field, value, found.first, version)
        case "GET":
            guard let row = found.first else { throw .notFound }
            return .json(try selected(row, object, request, version))
        case "DELETE":
            guard let row = found.first else { throw .notFound }
            try delete(object, id: row.id, now: request.time)
            return SandboxResponse(status: 204)
        default: throw .methodNotAllowed
        }
    }

    private mutating func upsert(
        _ request: SandboxRequest,
        _ object: ObjectDescription,
        _ field: FieldDescription,
        _ value: String,
        _ found: SalesforceRow?,
        _ version: String
    ) throws(SalesforceError) -> SandboxResponse {
        let write = try RecordWrite(request)
        if let member = write.members.first(where: { [field.name.lowercased(), "id"].contains($0.name.lowercased()) }) {
            throw SalesforceError(
                code: "INVALID_FIELD",
                message: "The \(member.name) field should not be specified in the sobject data."
            )
        }
        guard let found else {
            guard request.queryItem("updateOnly")?.lowercased() != "true" else { throw .notFound }
            let id = try create(object, write, key: (field, value), now: request.time)
            return created(id, object, version, body: Self.saved(id, created: true))
        }
        try update(object, id: found.id, write, now: request.time)
        // Versions before 46 said nothing about an update.
        guard let number = Int(version.dropFirst().dropLast(2)), number >= 46 else {
            return SandboxResponse(status: 204)
        }
        return .json(Self.saved(found.id, created: false))
    }

    /// The field that an upsert's path names.
    func key(_ name: String, of object: ObjectDescription) throws(SalesforceError) -> FieldDescription {
        guard let field = object.field(name), field.isIDLookup else {
            throw SalesforceError(
                status: 404,
                code: "NOT_FOUND",
                message: "Provided external ID field does not exist or is not accessible: \(name)"
            )
        }
        return field
    }

    private func selected(
        _ row: SalesforceRow,
        _ object: ObjectDescription,
        _ request: SandboxRequest,
        _ version: String
    ) throws(SalesforceError) -> JSON {
        guard let wanted = request.queryItem("fields") else { return json(row, object, version: version) }
        let names = wanted.split(separator: ",").map { $0.trimmingSpace }
        for name in names where object.field(name) == nil {
            throw SalesforceError(
                code: "INVALID_FIELD",
                message: "No such column '\(name)' on sobject of type \(object.name)"
            )
        }
        return json(row, object, fields: names + ["Id"], version: version)
    }

    private func created(_ id: String, _ object: ObjectDescription, _ version: String, body: JSON) -> SandboxResponse {
        SandboxResponse(
            status: 201,
            headers: [("Location", "/services/data/\(version)/sobjects/\(object.name)/\(id)")],
            body: .json(body)
        )
    }

    static func saved(_ id: String, created: Bool? = nil) -> JSON {
        var members: [JSONMember] = [.init("id", .string(id)), .init("success", true), .init("errors", [])]
        if let created { members.append(.init("created", .bool(created))) }
        return .object(members)
    }
}
