package import Model

/// Where the org is, how we log in, and what we call ourselves there.
package struct SalesforceConfiguration: Sendable {
    /// How to get a token.
    package enum Credentials: Sendable {
        /// An app with a Run-As user; works only on the org's own My Domain.
        case clientCredentials(id: String, secret: String)
        /// A signed assertion for `username`; the key is RSA, PEM.
        case jwtBearer(clientID: String, username: String, privateKeyPEM: String)
    }

    /// `https://YOURDOMAIN.my.salesforce.com`.
    package var loginURL: String
    package var credentials: Credentials
    /// As it stands in the path.
    package var apiVersion: String
    /// How long one request may take from the first byte to the last; 10 seconds.
    package var timeout: Duration
    /// Our name in the org's event log (`Sforce-Call-Options`).
    package var clientName: String

    package init(
        loginURL: String,
        credentials: Credentials,
        apiVersion: String = "v59.0",
        timeout: Duration = .seconds(10),
        clientName: String = "leadrelay"
    ) {
        self.loginURL = loginURL
        self.credentials = credentials
        self.apiVersion = apiVersion
        self.timeout = timeout
        self.clientName = clientName
    }

    /// Checks a log-in URL: `https` on a host of Salesforce's, or this machine; without a path.
    ///
    /// - Throws: `SalesforceError.unusableURL`.
    @discardableResult
    package static func validate(loginURL: String) throws(SalesforceError) -> ServiceURL {
        let url: ServiceURL
        do {
            url = try ServiceURL(loginURL)
        } catch {
            throw .unusableURL(reason: "salesforce.loginURL: \(error)")
        }
        guard TrustedHost.isTrusted(url) else {
            throw .unusableURL(reason: "salesforce.loginURL: \(url.host) is not a host of Salesforce's")
        }
        guard url.path.isEmpty else {
            throw .unusableURL(reason: "salesforce.loginURL: give the host alone, without \(url.path)")
        }
        return url
    }

    /// Checks an API version, which becomes part of every path: `v` and a number like 59.0.
    ///
    /// - Throws: `SalesforceError.unusableURL`.
    package static func validate(apiVersion: String) throws(SalesforceError) {
        let parts = apiVersion.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        let isNumber = parts.count == 2 && parts.allSatisfy { UInt16($0) != nil && !$0.hasPrefix("+") }
        guard apiVersion.hasPrefix("v"), isNumber else {
            throw .unusableURL(reason: "salesforce.apiVersion: write it like v59.0")
        }
    }
}

/// Printed without secrets, so that no log or crash report can show them.
extension SalesforceConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "Salesforce at \(loginURL), \(apiVersion)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["loginURL": loginURL, "apiVersion": apiVersion]) }
}

extension SalesforceConfiguration.Credentials: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String {
        switch self {
        case .clientCredentials: "client credentials"
        case .jwtBearer: "JWT bearer"
        }
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
