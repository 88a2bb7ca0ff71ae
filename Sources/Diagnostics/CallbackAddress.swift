import Foundation
package import Model

/// Where GetResponse's callbacks should go: LeadRelay's own address.
package struct CallbackAddress: Hashable, Sendable {
    /// Whose a URL is that callbacks go to.
    package enum Owner: Hashable, Sendable {
        /// This LeadRelay's, with the right token.
        case ours
        /// This LeadRelay's, which refuses the token in it.
        case oursWithAnotherToken
        /// Somebody else's.
        case foreign
        /// Nobody has said where this LeadRelay is.
        case unknown
    }

    /// `ingest.publicURL`; nil where nobody has set it, so that nothing can be compared.
    package var publicURL: ServiceURL?
    /// `ingest.token`; it is shown nowhere.
    package var token: String?

    package init(publicURL: ServiceURL? = nil, token: String? = nil) {
        self.publicURL = publicURL
        self.token = token
    }

    private static let path = "/webhooks/getresponse"

    /// The URL to register, with the token in it; nil where a part of it is not set.
    package var url: String? {
        guard let publicURL, let token, !token.isEmpty else { return nil }
        return publicURL.text + Self.path + "/" + token.percentEncoded
    }

    /// The URL to register, as it may be shown.
    package var shown: String { (publicURL?.text ?? "https://YOUR.HOST") + Self.path + "/TOKEN" }

    /// Whose a registered URL is.
    package func owner(of url: String) -> Owner {
        guard let publicURL else { return .unknown }
        guard let parts = URLComponents(string: url), isOurs(parts, publicURL) else { return .foreign }
        return token == nil || self.token(in: parts, publicURL) == token ? .ours : .oursWithAnotherToken
    }

    /// The URL without what may be a secret: its query, log-in, and a token of ours or anybody's in the place of ours.
    package func shown(_ url: String) -> String {
        guard var parts = URLComponents(string: url) else { return "a URL that can't be read" }
        parts.query = nil
        parts.fragment = nil
        parts.user = nil
        parts.password = nil
        if let range = parts.path.range(of: Self.path + "/") {
            parts.path = parts.path[..<range.upperBound] + "TOKEN"
        }
        let shown = parts.string ?? "a URL that can't be read"
        guard let token, !token.isEmpty else { return shown }
        return shown.replacing(token, with: "TOKEN")
    }

    private func isOurs(_ parts: URLComponents, _ expected: ServiceURL) -> Bool {
        guard let own = URLComponents(string: expected.text) else { return false }
        let path = own.percentEncodedPath + Self.path
        return parts.scheme?.lowercased() == own.scheme && parts.host?.lowercased() == own.host?.lowercased()
            && parts.port == own.port
            && (parts.percentEncodedPath == path || parts.percentEncodedPath.hasPrefix(path + "/"))
    }

    /// The token, as the last part of the path or in the query.
    private func token(in parts: URLComponents, _ expected: ServiceURL) -> String? {
        let start = expected.path + Self.path + "/"
        if parts.path.hasPrefix(start), parts.path.count > start.count {
            return String(parts.path.dropFirst(start.count))
        }
        return parts.queryItems?.first { $0.name == "token" }?.value
    }
}
