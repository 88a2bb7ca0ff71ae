extension SalesforceState {
    private static let mostSubrequests = 25
    private static let mostQueries = 5

    /// `POST /composite`: up to 25 requests in one, which later ones can refer back to; one API request in all.
    mutating func composite(_ request: SandboxRequest) throws(SalesforceError) -> SandboxResponse {
        guard request.method == "POST" else { throw .methodNotAllowed }
        let body = try RecordWrite.body(of: request)
        guard let subrequests = body["compositeRequest"]?.array else {
            throw SalesforceError(code: "JSON_PARSER_ERROR", message: "Required field compositeRequest is missing")
        }
        try Self.check(subrequests)
        let before = body["allOrNone"]?.bool == true ? self : nil
        var results: [(reference: String, response: SandboxResponse)] = []
        var answers: [String: JSON] = [:]
        for subrequest in subrequests {
            let reference = subrequest["referenceId"]?.string ?? ""
            let response = answer(subrequest, answers, request)
            if response.status < 300, let json = response.json { answers[reference] = json }
            results.append((reference, response))
        }
        if let before, results.contains(where: { $0.response.status >= 300 }) {
            self = before
            let halted = SalesforceError(
                code: "PROCESSING_HALTED",
                message: "The transaction was rolled back since another operation in the same transaction failed."
            )
            for index in results.indices where results[index].response.status < 300 {
                results[index].response = halted.response
            }
        }
        let answer: JSON = [
            "compositeResponse": .array(
                results.map { result in
                    let headers = result.response.headers.map { JSONMember($0.name, .string($0.value)) }
                    return [
                        "body": result.response.json ?? .null, "httpHeaders": .object(headers),
                        "httpStatusCode": .integer(Int64(result.response.status)),
                        "referenceId": .string(result.reference),
                    ]
                }
            )
        ]
        let isRaw = request.header("x-chatter-entity-encoding")?.lowercased() == "false"
        return .json(configuration.escapesComposites && !isRaw ? answer.escapedForHTML : answer)
    }

    private mutating func answer(
        _ subrequest: JSON,
        _ answers: [String: JSON],
        _ outer: SandboxRequest
    ) -> SandboxResponse {
        do throws(SalesforceError) {
            let resolver = CompositeReferences(answers: answers)
            let url = try resolver.resolve(subrequest["url"]?.string ?? "")
            var headers = [(name: "Content-Type", value: "application/json")]
            for member in subrequest["httpHeaders"]?.members ?? [] {
                headers.append((member.name, member.value.string ?? ""))
            }
            let body =
                try subrequest["body"].map { body throws(SalesforceError) in try resolver.resolve(body).compact } ?? ""
            return try route(
                SandboxRequest(
                    time: outer.time,
                    method: subrequest["method"]?.string?.uppercased() ?? "",
                    target: url,
                    headers: headers,
                    body: Array(body.utf8)
                )
            )
        } catch {
            return error.response
        }
    }

    private static func check(_ subrequests: [JSON]) throws(SalesforceError) {
        guard subrequests.count <= mostSubrequests else {
            throw invalid("The request can have no more than \(mostSubrequests) subrequests")
        }
        let heavy = subrequests.count { subrequest in
            let url = subrequest["url"]?.string ?? ""
            return url.contains("/query") || url.contains("/composite/sobjects")
        }
        guard heavy <= mostQueries else {
            throw invalid("The request can have no more than \(mostQueries) query or sObject Collections subrequests")
        }
        var references: Set<String> = []
        for subrequest in subrequests {
            guard let reference = subrequest["referenceId"]?.string, !reference.isEmpty else {
                throw invalid("Required field referenceId is missing")
            }
            guard references.insert(reference).inserted else {
                throw invalid("Duplicate referenceId: \(reference). Every referenceId must be unique")
            }
        }
    }

    private static func invalid(_ message: String) -> SalesforceError {
        SalesforceError(code: "INVALID_INPUT", message: message)
    }
}

extension JSON {
    /// The same value with its texts written for HTML.
    fileprivate var escapedForHTML: JSON {
        switch self {
        case .string(let text):
            .string(
                text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                    .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
            )
        case .array(let elements): .array(elements.map(\.escapedForHTML))
        case .object(let members): .object(members.map { JSONMember($0.name, $0.value.escapedForHTML) })
        default: self
        }
    }
}

/// Puts the answers of earlier subrequests where `@{reference.path}` stands.
private struct CompositeReferences {
    let answers: [String: JSON]

    func resolve(_ value: JSON) throws(SalesforceError) -> JSON {
        switch value {
        case .string(let text): return .string(try resolve(text))
        case .array(let elements):
            return .array(try elements.map { element throws(SalesforceError) in try resolve(element) })
        case .object(let members):
            return .object(
                try members.map { member throws(SalesforceError) in JSONMember(member.name, try resolve(member.value)) }
            )
        default: return value
        }
    }

    func resolve(_ text: String) throws(SalesforceError) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "@{") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            result += rest[..<start.lowerBound]
            result += try lookUp(String(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func lookUp(_ path: String) throws(SalesforceError) -> String {
        // `refQuery.records[0].Id` is the same path as `refQuery.records.0.Id`.
        let parts = path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map(String.init)
        var value = parts.first.flatMap { answers[$0] }
        for part in parts.dropFirst() {
            value = Int(part).flatMap { value?[$0] } ?? value?[part]
        }
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case .bool(let flag): return String(flag)
        default:
            throw SalesforceError(
                code: "PROCESSING_HALTED",
                message: "Invalid reference specified. No value for \(path) found in \(parts.first ?? "")"
            )
        }
    }
}
