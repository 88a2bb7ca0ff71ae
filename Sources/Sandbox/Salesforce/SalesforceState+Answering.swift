extension SalesforceState {
    /// Longest URI, and longest URI with headers, in bytes.
    private static let longestHead = 16_384

    /// Answers a request as it came from the wire: limits and log-in first, then the resource.
    mutating func answer(_ request: SandboxRequest, replacement: SandboxResponse?) -> SandboxResponse {
        if request.targetLength > Self.longestHead { return Self.tooLong(414, "URI Too Long") }
        if request.headLength > Self.longestHead { return Self.tooLong(431, "Request Header Fields Too Large") }
        let segments = request.segments
        if segments == ["services", "oauth2", "token"] { return replacement ?? token(request) }
        if segments == ["services", "data"], request.method == "GET" { return replacement ?? .json(versions) }
        var response: SandboxResponse
        do throws(SalesforceError) {
            try authenticate(request)
            try count()
            if let replacement { response = replacement } else { response = try route(request) }
        } catch {
            response = error.response
            if error.status == 401 {
                response.headers.append(("WWW-Authenticate", "Token"))
                return response
            }
        }
        response.headers.append(("Sforce-Limit-Info", "api-usage=\(requestCount)/\(dailyRequestLimit)"))
        return response
    }

    /// Answers a request to a versioned resource; also each subrequest of a composite.
    mutating func route(_ request: SandboxRequest) throws(SalesforceError) -> SandboxResponse {
        let segments = request.segments
        guard segments.count >= 3, segments[0] == "services", segments[1] == "data" else { throw .notFound }
        let version = try checkedVersion(segments[2])
        var request = request
        if request.method == "POST", let override = request.queryItem("_HttpMethod") {
            request = request.with(method: override.uppercased())
        }
        let path = Array(segments.dropFirst(3))
        switch path.first {
        case nil: return .json(resources(version))
        case "sobjects": return try sobjects(request, Array(path.dropFirst()), version)
        case "query" where path.count == 1: return try query(request, version, includingDeleted: false)
        case "queryAll" where path.count == 1: return try query(request, version, includingDeleted: true)
        case "query" where path.count == 2, "queryAll" where path.count == 2:
            return try nextPage(path[1], version)
        case "composite" where path.count == 1: return try composite(request)
        case "composite" where path.count >= 2 && path[1] == "sobjects":
            return try collections(request, Array(path.dropFirst(2)))
        case "limits": return try limits(request, Array(path.dropFirst()))
        default: throw .notFound
        }
    }

    private static func tooLong(_ status: Int, _ reason: String) -> SandboxResponse {
        SandboxResponse(
            status: status,
            body: .text("<html><body><h1>\(status) \(reason)</h1></body></html>", contentType: "text/html")
        )
    }

    /// Every request with a good session is one API request, whatever becomes of it.
    private mutating func count() throws(SalesforceError) {
        guard requestCount < dailyRequestLimit else {
            throw SalesforceError(
                status: 403,
                code: "REQUEST_LIMIT_EXCEEDED",
                message: "TotalRequests Limit exceeded."
            )
        }
        requestCount += 1
    }

    private func checkedVersion(_ text: String) throws(SalesforceError) -> String {
        guard text.hasPrefix("v"), text.hasSuffix(".0"), let number = Int(text.dropFirst().dropLast(2)) else {
            throw .notFound
        }
        if configuration.versions.contains(number) { return text }
        guard (7..<configuration.versions.lowerBound).contains(number) else { throw .notFound }
        throw SalesforceError(
            status: 410,
            code: "UNSUPPORTED_API_VERSION",
            message: "The requested API version is retired. Use a later one: see /services/data."
        )
    }

    private var versions: JSON {
        .array(
            configuration.versions.map { number in
                let seasons = ["Winter", "Spring", "Summer"]
                // v59.0 was Winter '24, and three come out each year.
                let season = seasons[(number - 59 + 3 * 100) % 3]
                let year = 24 + ((number - 59 + 3 * 100) / 3 - 100)
                return [
                    "label": .string("\(season) '\(year)"), "url": .string("/services/data/v\(number).0"),
                    "version": .string("\(number).0"),
                ]
            }
        )
    }

    private func resources(_ version: String) -> JSON {
        .object(
            ["composite", "limits", "query", "queryAll", "sobjects"].map {
                JSONMember($0, .string("/services/data/\(version)/\($0)"))
            }
        )
    }

    private func limits(_ request: SandboxRequest, _ path: [String]) throws(SalesforceError) -> SandboxResponse {
        guard request.method == "GET" else { throw .methodNotAllowed }
        if path == ["recordCount"] {
            let names = request.queryItem("sObjects")?.split(separator: ",").map(String.init) ?? schema.names
            let counts = names.compactMap { schema[$0] }.map { object -> JSON in
                [
                    "count": .integer(Int64(store.all(object.name).count { !$0.isDeleted })),
                    "name": .string(object.name),
                ]
            }
            return .json(["sObjects": .array(counts)])
        }
        guard path.isEmpty else { throw .notFound }
        let left = Int64(dailyRequestLimit - requestCount)
        return .json([
            "DailyApiRequests": ["Max": .integer(Int64(dailyRequestLimit)), "Remaining": .integer(left)],
            "DailyBulkV2QueryJobs": ["Max": 10_000, "Remaining": 10_000],
            "DataStorageMB": ["Max": 5, "Remaining": 5],
        ])
    }
}
