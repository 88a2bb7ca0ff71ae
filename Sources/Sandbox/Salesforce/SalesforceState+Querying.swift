extension SalesforceState {
    /// `/query?q=…` and `/queryAll?q=…`: the first page.
    mutating func query(
        _ request: SandboxRequest,
        _ version: String,
        includingDeleted: Bool
    ) throws(SalesforceError) -> SandboxResponse {
        guard request.method == "GET" else { throw .methodNotAllowed }
        guard let text = request.queryItem("q"), !text.isEmpty else {
            throw SalesforceError(code: "MALFORMED_QUERY", message: "A query string has to be specified")
        }
        let result: SOQLExecutor.Result
        do throws(SOQLError) {
            let executor = SOQLExecutor(
                state: self,
                version: version,
                now: request.time,
                includesDeleted: includingDeleted
            )
            result = try executor.run(try SOQLParser.parse(text))
        } catch {
            throw SalesforceError(code: error.code, message: error.message(for: text))
        }
        let size = batchSize(request)
        guard result.records.count > size else {
            return .json(["totalSize": .integer(Int64(result.total)), "done": true, "records": .array(result.records)])
        }
        let cursor = store.freshID(prefix: "01g")
        cursors[cursor] = Cursor(rows: result.records, batchSize: size)
        return try page(cursor, from: 0, version)
    }

    /// `/query/{locator}`: a further page.
    func nextPage(_ locator: String, _ version: String) throws(SalesforceError) -> SandboxResponse {
        let parts = locator.split(separator: "-")
        guard parts.count == 2, let start = Int(parts[1]) else { throw Self.invalidLocator }
        return try page(String(parts[0]), from: start, version)
    }

    private func page(_ id: String, from start: Int, _ version: String) throws(SalesforceError) -> SandboxResponse {
        guard let cursor = cursors[id], cursor.rows.indices.contains(start) else { throw Self.invalidLocator }
        let end = min(start + cursor.batchSize, cursor.rows.count)
        var members: [JSONMember] = [
            .init("totalSize", .integer(Int64(cursor.rows.count))), .init("done", .bool(end == cursor.rows.count)),
        ]
        if end < cursor.rows.count {
            members.append(.init("nextRecordsUrl", .string("/services/data/\(version)/query/\(id)-\(end)")))
        }
        members.append(.init("records", .array(Array(cursor.rows[start..<end]))))
        return .json(.object(members))
    }

    /// `Sforce-Query-Options: batchSize=N` with N from 200 to 2,000; anything else is ignored.
    private func batchSize(_ request: SandboxRequest) -> Int {
        let options = request.header("sforce-query-options")?.lowercased().split(separator: ",") ?? []
        let wanted = options.lazy.compactMap { option -> Int? in
            let parts = option.split(separator: "=").map(\.trimmingSpace)
            return parts.count == 2 && parts[0] == "batchsize" ? Int(parts[1]) : nil
        }.first
        guard let wanted, (200...2000).contains(wanted) else { return configuration.queryBatchSize }
        return wanted
    }

    private static var invalidLocator: SalesforceError {
        SalesforceError(code: "INVALID_QUERY_LOCATOR", message: "invalid query locator")
    }
}
