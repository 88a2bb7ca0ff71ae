import Model

/// Which hosts may see a token.
///
/// The API's host comes out of the log-in's answer (`instance_url`). Whoever can tamper with that answer would otherwise
/// be sent the token and every record.
enum TrustedHost {
    /// Salesforce's own domains: the commercial clouds, Government Cloud, the older alias, and the cloud in China.
    static let suffixes = ["salesforce.com", "force.com", "salesforce.mil", "cloudforce.com", "sfcrmproducts.cn"]

    /// Whether the host is Salesforce's or this machine.
    static func isTrusted(_ url: ServiceURL) -> Bool {
        url.isLoopback || suffixes.contains { url.host == $0 || url.host.hasSuffix(".\($0)") }
    }

    /// Checks an `instance_url` that the log-in at `login` answered.
    ///
    /// This machine is accepted only from a log-in on this machine.
    ///
    /// - Throws: `SalesforceError.untrustedInstance`.
    static func instance(_ text: String, login: ServiceURL) throws(SalesforceError) -> ServiceURL {
        let url: ServiceURL
        do {
            url = try ServiceURL(text)
        } catch {
            throw .untrustedInstance(host: "(\(error))")
        }
        guard isTrusted(url), url.path.isEmpty, !url.isLoopback || login.isLoopback else {
            throw .untrustedInstance(host: url.host)
        }
        return url
    }
}
