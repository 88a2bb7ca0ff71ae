package import Model

/// Who sends callbacks over HTTP, and where to.
package enum WebhookSource: String, CaseIterable, Sendable {
    case getresponse
    case zapier

    /// What `callback.source` says.
    package var source: Source {
        switch self {
        case .getresponse: .getresponse
        case .zapier: .zapier
        }
    }

    /// The address, to which the token is added as a further component or as `?token=`.
    package var path: String { "/webhooks/\(rawValue)" }

    /// The sender that a request's path belongs to; nil for every other path.
    init?(path: String) {
        let components = path.split(separator: "/")
        guard (2...3).contains(components.count), components[0] == "webhooks" else { return nil }
        self.init(rawValue: String(components[1]))
    }
}
