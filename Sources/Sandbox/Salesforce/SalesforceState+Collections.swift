extension SalesforceState {
    private static let mostRecords = 200

    /// sObject Collections: `POST`, `PATCH` and `DELETE /composite/sobjects`, `PATCH /composite/sobjects/{Object}/{Field}`.
    ///
    /// 200 with a result for each record in the order of the request; a record that fails does not fail the others unless
    /// `allOrNone` is set.
    mutating func collections(_ request: SandboxRequest, _ path: [String]) throws(SalesforceError) -> SandboxResponse {
        if request.method == "DELETE", path.isEmpty { return try deleteMany(request) }
        guard ["POST", "PATCH"].contains(request.method), path.isEmpty || (path.count == 2 && request.method == "PATCH")
        else { throw request.method == "GET" ? .notFound : .methodNotAllowed }
        let body = try RecordWrite.body(of: request)
        guard let records = body["records"]?.array else {
            throw SalesforceError(code: "JSON_PARSER_ERROR", message: "Required field records is missing")
        }
        try Self.checkCount(records.count)
        let options = RecordWrite.Options(request)
        let key = path.isEmpty ? nil : try self.key(path[1], of: object(path[0]))
        let duplicates = key.map { Self.repeated(records, $0) } ?? []
        let before = body["allOrNone"]?.bool == true ? self : nil
        var results: [Result<JSON, SalesforceError>] = []
        for record in records {
            do throws(SalesforceError) {
                let object = try object(of: record, expected: path.first)
                let write = RecordWrite(members: record.members ?? [], options: options)
                if let key {
                    results.append(.success(try upsertOne(object, key, write, duplicates, now: request.time)))
                } else if request.method == "POST" {
                    results.append(.success(Self.saved(try create(object, write, now: request.time))))
                } else {
                    results.append(.success(try updateOne(object, write, now: request.time)))
                }
            } catch {
                results.append(.failure(error))
            }
        }
        return answer(results, undoingTo: before)
    }

    /// The results, or with `before` (the org as it was, for `allOrNone`) none of them where one failed.
    private mutating func answer(
        _ results: [Result<JSON, SalesforceError>],
        undoingTo before: SalesforceState?
    ) -> SandboxResponse {
        let failed = results.contains { if case .failure = $0 { true } else { false } }
        guard let before, failed else {
            return .json(.array(results.map { Self.json($0) }))
        }
        self = before
        let undone = SalesforceError.record(
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header"
        )
        return .json(
            .array(
                results.map { result in
                    if case .failure = result { Self.json(result) } else { Self.json(.failure(undone)) }
                }
            )
        )
    }

    private static func json(_ result: Result<JSON, SalesforceError>) -> JSON {
        switch result {
        case .success(let saved): saved
        case .failure(let error): ["success": false, "errors": [error.collectionJSON]]
        }
    }

    private mutating func upsertOne(
        _ object: ObjectDescription,
        _ key: FieldDescription,
        _ write: RecordWrite,
        _ duplicates: Set<String>,
        now: Int64
    ) throws(SalesforceError) -> JSON {
        let value = write.members.first { $0.name.lowercased() == key.name.lowercased() }?.value
        var rest = write
        rest.members.removeAll { [key.name.lowercased(), "id"].contains($0.name.lowercased()) }
        if key.type == .id {
            guard let id = value?.string else { return Self.saved(try create(object, rest, now: now), created: true) }
            try update(object, id: id, rest, now: now)
            return Self.saved(try row(id, of: object).id, created: false)
        }
        guard let value = value?.string, !value.isEmpty else {
            throw .record("MISSING_ARGUMENT", "\(key.name) not specified", fields: [])
        }
        guard !duplicates.contains(key.isCaseSensitive ? value : value.lowercased()) else {
            throw .record("DUPLICATE_VALUE", "Duplicate external id specified: \(value)", fields: [key.name])
        }
        let found = matches(object, key, value)
        guard found.count < 2 else {
            throw .record(
                "DUPLICATE_EXTERNAL_ID",
                "\(key.label): more than one record found for external id field: [\(found.map(\.id).joined(separator: ", "))]",
                fields: [key.name]
            )
        }
        guard let existing = found.first else {
            return Self.saved(try create(object, rest, key: (key, value), now: now), created: true)
        }
        try update(object, id: existing.id, rest, now: now)
        return Self.saved(existing.id, created: false)
    }

    private mutating func updateOne(
        _ object: ObjectDescription,
        _ write: RecordWrite,
        now: Int64
    ) throws(SalesforceError) -> JSON {
        guard let id = write.members.first(where: { $0.name.lowercased() == "id" })?.value.string else {
            throw .record("MISSING_ARGUMENT", "Id not specified in an update call")
        }
        var rest = write
        rest.members.removeAll { $0.name.lowercased() == "id" }
        try update(object, id: id, rest, now: now)
        return Self.saved(try row(id, of: object).id)
    }

    private mutating func deleteMany(_ request: SandboxRequest) throws(SalesforceError) -> SandboxResponse {
        let ids = request.queryItem("ids")?.split(separator: ",").map(String.init) ?? []
        try Self.checkCount(ids.count)
        let before = request.queryItem("allOrNone") == "true" ? self : nil
        var results: [Result<JSON, SalesforceError>] = []
        for id in ids {
            do throws(SalesforceError) {
                guard let full = RecordID.extended(id), let object = schema.object(ofID: full) else {
                    throw .record("MALFORMED_ID", "malformed id \(id)")
                }
                try delete(object, id: full, now: request.time)
                results.append(.success(Self.saved(full)))
            } catch {
                results.append(.failure(error))
            }
        }
        return answer(results, undoingTo: before)
    }

    private func object(of record: JSON, expected: String?) throws(SalesforceError) -> ObjectDescription {
        guard let name = record["attributes"]?["type"]?.string, let object = schema[name] else {
            throw .record(
                "INVALID_TYPE",
                "sObject type '\(record["attributes"]?["type"]?.string ?? "")' is not supported."
            )
        }
        guard expected == nil || expected?.lowercased() == object.name.lowercased() else {
            throw .record("INVALID_TYPE", "All records must be of the type in the request's path.")
        }
        return object
    }

    private static func checkCount(_ count: Int) throws(SalesforceError) {
        guard count > mostRecords else { return }
        throw SalesforceError(
            code: "EXCEEDED_ID_LIMIT",
            message: "record limit reached. cannot submit more than \(mostRecords) records in this request"
        )
    }

    /// The keys that more than one record of the request has, in the field's own idea of case.
    private static func repeated(_ records: [JSON], _ key: FieldDescription) -> Set<String> {
        var seen: Set<String> = []
        var repeated: Set<String> = []
        for record in records {
            let member = record.members?.first { $0.name.lowercased() == key.name.lowercased() }
            guard let value = member?.value.string else { continue }
            let folded = key.isCaseSensitive ? value : value.lowercased()
            if !seen.insert(folded).inserted { repeated.insert(folded) }
        }
        return repeated
    }
}
