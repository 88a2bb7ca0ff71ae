import Model
import Worker

extension Settings {
    /// What ingest can't do without.
    struct IngestRequirements: Hashable, Sendable {
        var token: Secret
    }

    /// Where GetResponse is and who we are there.
    struct GetResponseAccess: Hashable, Sendable {
        var baseURL: ServiceURL
        var apiKey: Secret
        var domain: String?
        /// How long one request may take; the request budget counts on it.
        var timeout: Duration
    }

    /// Where Salesforce is and who we are there.
    struct SalesforceAccess: Hashable, Sendable {
        /// How a token is asked for.
        enum Credentials: Hashable, Sendable {
            /// The client credentials flow, as the connected app's Run-As user.
            case client(id: String, secret: Secret)
            /// The JWT bearer flow, as the named user; the key is a PEM file.
            case jwtBearer(clientID: String, username: String, privateKeyPath: String)
        }

        var loginURL: ServiceURL
        var credentials: Credentials
    }

    /// What a worker can't do without.
    struct WorkerRequirements: Hashable, Sendable {
        var getResponse: GetResponseAccess
        var salesforce: SalesforceAccess
    }

    /// - Throws: `SettingsError` that names each setting that ingest lacks.
    func requireIngest() throws(SettingsError) -> IngestRequirements {
        guard let token = ingest.token else { throw SettingsError([.missing(key: "ingest.token")]) }
        return IngestRequirements(token: token)
    }

    /// - Throws: `SettingsError` that names each setting that a GetResponse client lacks, or that contradicts another.
    func requireGetResponse() throws(SettingsError) -> GetResponseAccess {
        var problems: [SettingsProblem] = []
        if getResponse.apiKey == nil { problems.append(.missing(key: "getresponse.apiKey")) }
        if let conflict = domainConflict { problems.append(conflict) }
        guard problems.isEmpty, let apiKey = getResponse.apiKey else { throw SettingsError(problems) }
        return GetResponseAccess(
            baseURL: getResponse.baseURL,
            apiKey: apiKey,
            domain: getResponse.domain,
            timeout: requestBudget.requestTimeout
        )
    }

    /// - Throws: `SettingsError` that names each setting that a Salesforce client lacks, or that contradicts another.
    func requireSalesforce() throws(SettingsError) -> SalesforceAccess {
        let (credentials, faults) = salesforceCredentials
        var problems = faults
        if salesforce.loginURL == nil { problems.insert(.missing(key: "salesforce.loginURL"), at: 0) }
        if case .client? = credentials, let url = salesforce.loginURL, url.isGenericSalesforceLogin {
            problems.append(
                .conflict(
                    "salesforce.loginURL is \(url.text), which refuses client credentials; "
                        + "use the org's My Domain address, such as https://example.my.salesforce.com"
                )
            )
        }
        guard problems.isEmpty, let loginURL = salesforce.loginURL, let credentials
        else { throw SettingsError(problems) }
        return SalesforceAccess(loginURL: loginURL, credentials: credentials)
    }

    /// - Throws: `SettingsError` with what both clients lack.
    func requireWorker() throws(SettingsError) -> WorkerRequirements {
        let getResponse = Result(catching: requireGetResponse)
        let salesforce = Result(catching: requireSalesforce)
        switch (getResponse, salesforce) {
        case (.success(let getResponse), .success(let salesforce)):
            return WorkerRequirements(getResponse: getResponse, salesforce: salesforce)
        case (.failure(let first), .failure(let second)):
            throw SettingsError(first.problems + second.problems)
        case (.failure(let error), .success), (.success, .failure(let error)):
            throw error
        }
    }

    /// GetResponse MAX answers nothing without the account's domain, and the other plans refuse requests that name one.
    private var domainConflict: SettingsProblem? {
        switch (getResponse.baseURL.host, getResponse.domain) {
        case (let host, nil) where host.contains("getresponse360."):
            .conflict(
                "getresponse.baseURL is GetResponse MAX, which needs the account's domain; "
                    + "set LEADRELAY_GETRESPONSE_DOMAIN, such as example.com"
            )
        case ("api.getresponse.com", _?):
            .conflict(
                "getresponse.domain is for GetResponse MAX only; "
                    + "remove it, or set getresponse.baseURL to https://api3.getresponse360.com/v3 (or .pl)"
            )
        default: nil
        }
    }

    private var salesforceCredentials: (SalesforceAccess.Credentials?, [SettingsProblem]) {
        let usesKey = salesforce.username != nil || salesforce.privateKeyPath != nil
        if usesKey, salesforce.clientSecret != nil {
            let sentence =
                "salesforce.clientSecret and salesforce.username or privateKeyPath are for different flows; "
                + "remove the secret for JWT bearer, or the other two for client credentials"
            return (nil, [.conflict(sentence)])
        }
        if usesKey {
            guard let id = salesforce.clientID, let username = salesforce.username, let path = salesforce.privateKeyPath
            else {
                return (
                    nil,
                    missing([
                        "clientID": salesforce.clientID, "username": salesforce.username,
                        "privateKeyPath": salesforce.privateKeyPath,
                    ])
                )
            }
            return (.jwtBearer(clientID: id, username: username, privateKeyPath: path), [])
        }
        guard let id = salesforce.clientID, let secret = salesforce.clientSecret else {
            return (nil, missing(["clientID": salesforce.clientID, "clientSecret": salesforce.clientSecret?.revealed]))
        }
        return (.client(id: id, secret: secret), [])
    }

    private func missing(_ values: KeyValuePairs<String, String?>) -> [SettingsProblem] {
        values.filter { $0.value == nil }.map { .missing(key: "salesforce.\($0.key)") }
    }
}

extension ServiceURL {
    /// Salesforce's shared log-in hosts, which answer client credentials with "request not supported on this domain".
    fileprivate var isGenericSalesforceLogin: Bool {
        ["login.salesforce.com", "test.salesforce.com"].contains(host)
    }
}
