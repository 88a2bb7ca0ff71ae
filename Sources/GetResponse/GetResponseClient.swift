package import AsyncHTTPClient
package import Logging
package import Model
import NIOHTTP1
package import Time

/// Asks GetResponse's API v3, with every request counted by a gate first.
///
/// `HTTPClient` must be configured with `redirectConfiguration: .disallow`: a redirect that is followed would be a second
/// request that nobody counted, with the key sent to whatever host it names. Set its `timeout.connect` below
/// `GetResponseConfiguration.timeout`, and `connectionPool.retryConnectionEstablishment` to false (else a refused
/// connection is tried again until the time is up). Nothing but connecting is ever repeated by `HTTPClient` itself. Its
/// `decompression` may be on.
package struct GetResponseClient: Sendable {
    /// What `contact` asks for, only names that the API knows; the id always comes.
    package static let contactFields = [
        "email", "name", "campaign", "createdOn", "origin", "tags", "customFieldValues",
    ]
    static let maximumRecordBytes = 1 << 20
    static let maximumPageBytes = 32 << 20

    let configuration: GetResponseConfiguration
    let httpClient: HTTPClient
    let gate: any RequestGate
    let grantGuard: GrantGuard?
    let logger: Logger
    let time: any TimeSource

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - configuration: Where GetResponse is, and who we are there.
    ///   - httpClient: What sends.
    ///   - gate: What counts and permits each request.
    ///   - grantGuard: What is installed in `httpClient`'s configuration; without one a grant is looked at only before the
    ///     request is handed to `httpClient`.
    ///   - logger: Where answers are noted.
    ///   - time: The clocks.
    package init(
        configuration: GetResponseConfiguration,
        httpClient: HTTPClient,
        gate: any RequestGate,
        grantGuard: GrantGuard? = nil,
        logger: Logger,
        time: any TimeSource = SystemTimeSource()
    ) {
        self.configuration = configuration
        self.httpClient = httpClient
        self.gate = gate
        self.grantGuard = grantGuard
        self.logger = logger
        self.time = time
    }

    /// One contact's details.
    ///
    /// When GetResponse refuses the request as invalid, which an unknown name in `fields` may cause, it is asked once
    /// more without `fields`: a second request, and a second grant.
    ///
    /// With `fields` nil that is `contactFields`, with none all that there are.
    ///
    /// - Throws: `notFound` for a contact that left its list or does not exist yet (double opt-in); any other error.
    package func contact(id: String, fields: [String]? = nil) async throws(GetResponseError) -> ContactDetails {
        guard !id.isEmpty else { throw .invalidRequest(code: nil, message: "No contact id is given", context: [:]) }
        let wanted = fields ?? Self.contactFields
        var json: JSONValue
        do {
            json = try await contactJSON(id: id, fields: wanted)
        } catch .invalidRequest(1000?, _, _) where !wanted.isEmpty {
            json = try await contactJSON(id: id, fields: [])
        }
        guard case .object = json else { throw .undecodable(status: 200, reason: "a contact must be an object") }
        var details = ContactDetails(contact: json)
        details.contactID = details.contactID ?? id
        return details
    }

    /// The account behind the key: the cheapest question that proves the key.
    package func account() async throws(GetResponseError) -> AccountSummary {
        let json = try await json(.account, path: ["accounts"])
        guard let id = json["accountId"]?.text else {
            throw .undecodable(status: 200, reason: "the account has no accountId")
        }
        return AccountSummary(accountID: id, companyName: json["companyName"]?.text)
    }

    /// All lists of the account; one request for each thousand.
    package func campaigns() async throws(GetResponseError) -> [ListSummary] {
        let perPage = 1000
        var lists: [ListSummary] = []
        for page in 1...100 {
            let query = [("page", String(page)), ("perPage", String(perPage))]
            let answer = try await send(.campaigns, path: ["campaigns"], query: query, maximum: Self.maximumPageBytes)
            guard let elements = JSONValue(bytes: answer.body)?.elements else {
                throw .undecodable(status: answer.status, reason: "a page of campaigns must be an array")
            }
            lists += elements.compactMap { element in
                element["campaignId"]?.text.map { ListSummary(id: $0, name: element["name"]?.text ?? $0) }
            }
            let pages = answer.headers.first(name: "TotalPages").flatMap { Int($0.trimmingWhitespace()) }
            if elements.isEmpty || page >= pages ?? (elements.count < perPage ? page : .max) { return lists }
        }
        throw .undecodable(status: 200, reason: "there are more than 100,000 lists")
    }

    private func contactJSON(id: String, fields: [String]) async throws(GetResponseError) -> JSONValue {
        let query = fields.isEmpty ? [] : [("fields", fields.joined(separator: ","))]
        return try await json(.contact, path: ["contacts", id], query: query)
    }
}
