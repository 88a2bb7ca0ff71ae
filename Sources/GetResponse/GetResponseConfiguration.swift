package import Model

/// Where GetResponse is and who we are there.
package struct GetResponseConfiguration: Sendable {
    /// The API's root with its version: `https://api.getresponse.com/v3`; for MAX `https://api3.getresponse360.com/v3` (or
    /// `.pl`).
    package var baseURL: String
    /// The API key.
    ///
    /// GetResponse switches a key off after 90 days without use.
    package var apiKey: String
    /// The account's domain for `X-Domain`, without a scheme; MAX needs it, and other plans must not send it.
    package var domain: String?
    /// How long one request may take from the first byte to the last; 10 seconds.
    package var timeout: Duration

    package init(baseURL: String, apiKey: String, domain: String? = nil, timeout: Duration = .seconds(10)) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.domain = domain
        self.timeout = timeout
    }

    /// Checks a base URL: `https`, or plain `http` on this machine.
    ///
    /// - Throws: `GetResponseError.unusableBaseURL`.
    @discardableResult
    package static func validate(baseURL: String) throws(GetResponseError) -> ServiceURL {
        do {
            return try ServiceURL(baseURL)
        } catch {
            throw .unusableBaseURL(reason: error.description)
        }
    }
}

/// Printed without the key, so that no log or crash report can show it.
extension GetResponseConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "GetResponse at \(baseURL)\(domain.map { " for \($0)" } ?? "")" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}
