/// The sandbox's own API for other processes: it seeds, looks inside and breaks things.
///
/// JSON in and out, no log-in. All paths are below `/_control`; `{api}` is `getresponse` or `salesforce`.
///
/// | route | does |
/// |---|---|
/// | `GET /health` | `{"status":"ok"}` |
/// | `POST /getresponse/lists` | adds a list: `{"id","name"}` |
/// | `POST /getresponse/contacts` | adds one contact or an array: `{"email","name","contactId","listId","createdOn","origin","tags":[…],"customFields":{"company":["Acme"]},"geolocation":{…},"scoring"}`; answers `{"ids":[…]}` |
/// | `GET`, `DELETE /getresponse/contacts/{id}` | shows; removes (`?reason=unsubscribe`) |
/// | `GET /getresponse/callback` | the registered callback, or null |
/// | `GET /{api}/counters` | requests seen, refused and left |
/// | `GET`, `DELETE /{api}/requests` | the request log in order of arrival (`?after=N` for those behind number N); forgets it |
/// | `GET`, `POST`, `DELETE /{api}/faults` | how many wait; adds one: `{"kind","next","method","path","body","status","response","contentType","milliseconds"}` with kind `respond`, `dropBeforeWork`, `dropAfterWork`, `delay`, `serviceUnavailable`, `unableToLockRow`, `requestLimitExceeded`, `concurrentRequestsExceeded`; forgets all |
/// | `GET`, `POST /salesforce/rows/{Object}` | lists records; puts in one or an array past all rules, answers `{"ids":[…]}` |
/// | `GET`, `PATCH`, `DELETE /salesforce/records/{id}` | one record: shows, changes past all rules, deletes |
/// | `POST /salesforce/convert` | converts a Lead: `{"leadId"}`, with `"contactId"` into that Contact; answers `{"contactId"}` |
/// | `DELETE /salesforce/tokens` | ends all sessions |
/// | `POST /salesforce/fields` | `{"object","field","access"}` with access `hidden`, `readOnly`, `visible` or `deleted`; or `"length"`; or `"key"` with `externalID`, `nonUnique`, `caseInsensitive` or `none` |
/// | `POST /salesforce/objects` | `{"object","access"}` with access `full`, `readOnly` or `hidden` |
/// | `POST /salesforce/write-faults` | refuses the next writes to single records: `{"object","next","code","message"}` |
/// | `POST /salesforce/settings` | any of `{"refusesEverySession","dailyRequestLimit","requestCount","authorization"}`, the last `granted`, `noRunAsUser` or `loginHost` |
package struct ControlAPI: EmulatedAPI {
    let getResponse: GetResponseSandbox
    let salesforce: SalesforceSandbox
    let now: @Sendable () -> Int64
    let requests = RequestLog()
    let faults = FaultPlan()
    var latency: Duration { .zero }

    func answer(_ request: SandboxRequest, replacement: SandboxResponse?) -> SandboxResponse {
        do throws(ControlError) {
            let segments = request.segments
            guard segments.first == "_control", segments.count >= 2 else { throw .notFound }
            let path = Array(segments.dropFirst(2))
            switch segments[1] {
            case "health": return .json(["status": "ok"])
            case "getresponse":
                if let answer = try shared(request, path, getResponse.requests, getResponse.faults) { return answer }
                return try answerGetResponse(request, path)
            case "salesforce":
                if let answer = try shared(request, path, salesforce.requests, salesforce.faults) { return answer }
                return try answerSalesforce(request, path)
            default: throw .notFound
            }
        } catch {
            return .json(["error": .string(error.message)], status: error.status)
        }
    }

    /// The body as JSON, one object or the array's objects.
    func objects(_ request: SandboxRequest) throws(ControlError) -> [JSON] {
        do {
            let body = try JSONParser.parse(request.body)
            let objects = body.array ?? [body]
            guard objects.allSatisfy({ $0.members != nil }) else { throw ControlError.badRequest("Send JSON objects.") }
            return objects
        } catch let error as JSONParseError {
            throw .badRequest("The body is no JSON: \(error.message)")
        } catch {
            throw .badRequest("Send a JSON object or an array of them.")
        }
    }

    /// The body as one JSON object.
    func object(_ request: SandboxRequest) throws(ControlError) -> JSON {
        guard let first = try objects(request).first else { throw .badRequest("Send a JSON object.") }
        return first
    }

    /// What both APIs have: a log of requests and a plan of faults.
    private func shared(
        _ request: SandboxRequest,
        _ path: [String],
        _ log: RequestLog,
        _ faults: FaultPlan
    ) throws(ControlError) -> SandboxResponse? {
        switch (request.method, path) {
        case ("GET", ["requests"]):
            let after = request.queryItem("after").flatMap { Int($0) } ?? 0
            return .json(.array(log.all.filter { $0.number > after }.map(\.json)))
        case ("DELETE", ["requests"]): log.clear()
        case ("GET", ["faults"]): return .json(["pending": .integer(Int64(faults.pending))])
        case ("DELETE", ["faults"]): faults.clear()
        case ("POST", ["faults"]):
            for body in try objects(request) {
                faults.inject(
                    try fault(body),
                    next: Int(body["next"]?.integer ?? 1),
                    matching: RequestMatcher(
                        method: body["method"]?.string,
                        path: body["path"]?.string,
                        body: body["body"]?.string
                    )
                )
            }
        default: return nil
        }
        return SandboxResponse(status: 204)
    }

    private func fault(_ body: JSON) throws(ControlError) -> Fault {
        switch body["kind"]?.string {
        case "respond":
            return .respond(
                status: Int(body["status"]?.integer ?? 500),
                body: body["response"].map { $0.string ?? $0.compact } ?? "",
                contentType: body["contentType"]?.string ?? "application/json;charset=UTF-8"
            )
        case "dropBeforeWork": return .dropBeforeWork
        case "dropAfterWork": return .dropAfterWork
        case "delay": return .delay(.milliseconds(body["milliseconds"]?.integer ?? 1000))
        case "serviceUnavailable": return .serviceUnavailable
        case "unableToLockRow": return .unableToLockRow
        case "requestLimitExceeded": return .requestLimitExceeded
        case "concurrentRequestsExceeded": return .concurrentRequestsExceeded
        default: throw .badRequest("Unknown kind of fault.")
        }
    }
}

/// Why the control API refuses a request.
struct ControlError: Error {
    var status: Int
    var message: String

    static let notFound = ControlError(status: 404, message: "There is no such route.")

    static func badRequest(_ message: String) -> ControlError { ControlError(status: 400, message: message) }
}

extension LoggedRequest {
    fileprivate var json: JSON {
        [
            "number": .integer(Int64(number)), "time": .integer(time), "method": .string(method), "path": .string(path),
            "query": .string(query), "body": .string(body), "status": status.map { .integer(Int64($0)) } ?? .null,
            "fault": JSON(fault),
        ]
    }
}
