import Foundation

/// The base URL of a service that LeadRelay talks to: `https`, or plain `http` on this machine only.
///
/// Keys and personal data travel on every request, so nothing else is accepted: no other scheme, no user name or password
/// in the URL, no query and no fragment.
package struct ServiceURL: Hashable, Sendable {
    /// Scheme, host, port and path, without a slash at the end.
    package let text: String
    /// The host in lower case, an IPv6 address without its brackets.
    package let host: String
    /// The path without a slash at the end; empty where there is none.
    package let path: String

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
    }

    /// Reads and checks a base URL.
    ///
    /// - Throws: `ServiceURLFault`, which says what is wrong without repeating the URL.
    package init(_ string: String) throws(ServiceURLFault) {
        guard let parts = URLComponents(string: string.trimmingWhitespace()),
            let scheme = parts.scheme?.lowercased(), let rawHost = parts.host, !rawHost.isEmpty
        else { throw .notAbsolute }
        guard scheme == "https" || scheme == "http" else { throw .scheme }
        guard parts.user == nil, parts.password == nil else { throw .credentials }
        guard parts.query == nil, parts.fragment == nil else { throw .extraParts }
        host = rawHost.lowercased().trimmingBrackets()
        path = parts.percentEncodedPath.trimmingSlashesAtEnd()
        let bracketed = host.contains(":") ? "[\(host)]" : host
        text = "\(scheme)://\(bracketed)\(parts.port.map { ":\($0)" } ?? "")\(path)"
        guard scheme == "https" || isLoopback else { throw .plainHTTP }
    }
}

/// Why a base URL is refused.
package enum ServiceURLFault: Error, Hashable, Sendable, CustomStringConvertible {
    case notAbsolute
    case scheme
    case credentials
    case extraParts
    case plainHTTP

    package var description: String {
        switch self {
        case .notAbsolute: "it is not a URL with a scheme and a host"
        case .scheme: "its scheme is neither https nor http"
        case .credentials: "it holds a user name or password"
        case .extraParts: "it has a query or a fragment"
        case .plainHTTP: "plain http is accepted only for this machine (localhost, 127.0.0.1, ::1); use https"
        }
    }
}

extension String {
    fileprivate func trimmingBrackets() -> String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }

    fileprivate func trimmingSlashesAtEnd() -> String {
        var rest = self[...]
        while rest.hasSuffix("/") { rest.removeLast() }
        return String(rest)
    }
}
