import Foundation

extension SalesforceState {
    /// `POST /services/oauth2/token`: client credentials (in the body or by HTTP Basic), and JWT bearer.
    ///
    /// Of a JWT the claims are checked but not the signature, which needs the certificate that was uploaded with the app.
    mutating func token(_ request: SandboxRequest) -> SandboxResponse {
        guard request.method == "POST" else {
            return Self.refusal("invalid_request", "must use HTTP POST")
        }
        var form: [String: String] = [:]
        for (name, value) in PercentCoding.pairs(request.text) + request.queryItems { form[name] = value }
        if let basic = Self.basicCredentials(request) {
            form["client_id"] = basic.id
            form["client_secret"] = basic.secret
        }
        if case .refused(let error, let description) = authorization { return Self.refusal(error, description) }
        guard Self.serves(form["grant_type"], at: request.header("host")) else {
            return Self.refusal("invalid_grant", "request not supported on this domain")
        }
        switch form["grant_type"] {
        case "client_credentials":
            guard form["client_id"] == configuration.clientID else {
                return Self.refusal("invalid_client_id", "client identifier invalid")
            }
            guard form["client_secret"] == configuration.clientSecret else {
                return Self.refusal("invalid_client", "invalid client credentials")
            }
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            if let refusal = refusal(ofAssertion: form["assertion"] ?? "", at: request.time) { return refusal }
        case nil: return Self.refusal("invalid_request", "no grant type provided")
        default: return Self.refusal("unsupported_grant_type", "grant type not supported")
        }
        return .json(grant(now: request.time))
    }

    /// Whether a host gives out tokens for this grant: the org's My Domain (here any, or loopback) for every grant, the two
    /// general hosts for all but client credentials.
    private static func serves(_ grant: String?, at host: String?) -> Bool {
        let name = (host ?? "127.0.0.1").lowercased().split(separator: ":").first.map(String.init) ?? ""
        if ["127.0.0.1", "localhost"].contains(name) || name.hasPrefix("[") { return true }
        if name.hasSuffix(".my.salesforce.com") { return true }
        return ["login.salesforce.com", "test.salesforce.com"].contains(name) && grant != "client_credentials"
    }

    /// Finds the session that a request belongs to and counts the request against it.
    mutating func authenticate(_ request: SandboxRequest) throws(SalesforceError) {
        let parts = request.header("authorization")?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
        guard !parts.isEmpty else { throw .expiredSession }
        guard parts.count == 2, ["bearer", "oauth"].contains(parts[0].lowercased()) else {
            throw SalesforceError(status: 401, code: "INVALID_AUTH_HEADER", message: "INVALID_HEADER_TYPE")
        }
        guard !refusesEverySession else {
            throw SalesforceError(
                status: 401,
                code: "INVALID_SESSION_ID",
                message: "This session is not valid for use with the REST API"
            )
        }
        guard var token = tokens[parts[1]] else { throw .expiredSession }
        let age = Duration.milliseconds(request.time - token.issuedAt)
        guard !sessionDice.comesUp(inThousand: configuration.tokenLossInThousand),
            configuration.tokenLifetime.map({ age < $0 }) ?? true,
            configuration.tokenRequestLimit.map({ token.requests < $0 }) ?? true
        else {
            tokens[parts[1]] = nil
            throw .expiredSession
        }
        token.requests += 1
        tokens[parts[1]] = token
    }

    private mutating func grant(now: Int64) -> JSON {
        tokenNumber += 1
        let secret = UUID().uuidString.filter { $0 != "-" } + String(tokenNumber)
        let token = "\(RecordID.organization.prefix(15))!AQEAQ\(secret)"
        tokens[token] = Token(issuedAt: now)
        return [
            "access_token": .string(token),
            "signature": .string(Data(secret.utf8.prefix(32)).base64EncodedString()), "scope": "api",
            "instance_url": .string(baseURL),
            "id": .string("\(baseURL)/id/\(RecordID.organization)/\(RecordID.runAsUser)"), "token_type": "Bearer",
            "issued_at": .string(String(now)),
        ]
    }

    private func refusal(ofAssertion assertion: String, at now: Int64) -> SandboxResponse? {
        let parts = assertion.split(separator: ".")
        guard parts.count == 3, let header = Self.claims(parts[0]), let claims = Self.claims(parts[1]),
            header["alg"]?.string == "RS256"
        else { return Self.refusal("invalid_grant", "invalid assertion") }
        guard claims["iss"]?.string == configuration.clientID else {
            return Self.refusal("invalid_client_id", "client identifier invalid")
        }
        let audiences = [claims["aud"]?.string, claims["aud"]?[0]?.string]
        let known = ["https://login.salesforce.com", "https://test.salesforce.com", baseURL]
        guard audiences.contains(where: { $0.map(known.contains) ?? false }) else {
            return Self.refusal("invalid_grant", "audience is invalid")
        }
        guard claims["sub"]?.string == configuration.username else {
            return Self.refusal("invalid_grant", "user hasn't approved this consumer")
        }
        guard let expiry = claims["exp"]?.double, expiry * 1000 > Double(now) else {
            return Self.refusal("invalid_grant", "assertion expired")
        }
        return nil
    }

    private static func claims(_ part: Substring) -> JSON? {
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        return try? JSONParser.parse(Array(data))
    }

    private static func basicCredentials(_ request: SandboxRequest) -> (id: String, secret: String)? {
        guard let header = request.header("authorization"), header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: header.dropFirst(6).trimmingSpace)
        else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(
            separator: ":",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private static func refusal(_ error: String, _ description: String) -> SandboxResponse {
        .json(["error": .string(error), "error_description": .string(description)], status: 400)
    }
}
