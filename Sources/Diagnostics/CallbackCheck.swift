import Foundation
import GetResponse
package import Model

/// Where GetResponse's callbacks should go: LeadRelay's own address.
package struct CallbackAddress: Hashable, Sendable {
    /// `ingest.publicURL`; nil where nobody has set it, so that nothing can be compared.
    package var publicURL: ServiceURL?
    /// `ingest.token`; it is shown nowhere.
    package var token: String?

    package init(publicURL: ServiceURL? = nil, token: String? = nil) {
        self.publicURL = publicURL
        self.token = token
    }

    static let path = "/webhooks/getresponse"

    /// The URL to register, as it may be shown.
    var shown: String { (publicURL?.text ?? "https://YOUR.HOST") + Self.path + "/TOKEN" }
}

/// Looks at the callback that the GetResponse account has registered.
///
/// There is one an account, and whatever tool registers another takes it away without a word: every opt-out told from then on is lost.
struct CallbackCheck {
    private static let check = "getresponse.callback"

    let address: CallbackAddress

    func findings(_ registration: CallbackRegistration?) -> [Finding] {
        guard let registration else {
            return [
                finding(
                    .warning,
                    "GetResponse sends no callbacks.",
                    remedy:
                        "Register \(address.shown) for callbacks, unless GetResponse's webhooks or a Zap tell LeadRelay."
                )
            ]
        }
        let place = place(of: registration)
        return place.verdict == .ok ? [place] + silence(of: registration) : [place]
    }

    private func place(of registration: CallbackRegistration) -> Finding {
        let url = shown(registration.url)
        guard let expected = address.publicURL else {
            return finding(
                .ok,
                "GetResponse sends its callbacks to \(url).",
                remedy: "Set ingest.publicURL, and doctor says whether that is this LeadRelay."
            )
        }
        guard let parts = URLComponents(string: registration.url), isOurs(parts, expected) else {
            return finding(
                .failed,
                "GetResponse sends its callbacks to \(url), which is not this LeadRelay: somebody else has registered it.",
                remedy:
                    "Register \(address.shown) again, and let the other tool use webhooks: an account has one callback URL."
            )
        }
        guard address.token == nil || token(in: parts, expected) == address.token else {
            return finding(
                .failed,
                "GetResponse sends its callbacks here with another token than ingest.token, so that each is refused.",
                remedy: "Register \(address.shown) with the token of ingest.token in place of TOKEN."
            )
        }
        return finding(.ok, "GetResponse sends its callbacks to this LeadRelay at \(url).")
    }

    /// What the account does not tell although it could.
    private func silence(of registration: CallbackRegistration) -> [Finding] {
        let silent = ["unsubscribe", "subscribe", "open", "click"].filter { !registration.actions.contains($0) }
        guard !silent.isEmpty else { return [] }
        let isOptOut = silent.contains("unsubscribe")
        return [
            finding(
                isOptOut ? .failed : .warning,
                "The callback tells nothing of \(silent.map { "\"\($0)\"" }.joined(separator: ", "))"
                    + (isOptOut ? ", so that opt-outs are missed." : "."),
                remedy: "Switch these actions on in the account's callback settings."
            )
        ]
    }

    private func isOurs(_ parts: URLComponents, _ expected: ServiceURL) -> Bool {
        guard let own = URLComponents(string: expected.text) else { return false }
        let path = own.percentEncodedPath + CallbackAddress.path
        return parts.scheme?.lowercased() == own.scheme && parts.host?.lowercased() == own.host?.lowercased()
            && parts.port == own.port
            && (parts.percentEncodedPath == path || parts.percentEncodedPath.hasPrefix(path + "/"))
    }

    /// The token, as the last part of the path or in the query.
    private func token(in parts: URLComponents, _ expected: ServiceURL) -> String? {
        let start = expected.path + CallbackAddress.path + "/"
        if parts.path.hasPrefix(start), parts.path.count > start.count {
            return String(parts.path.dropFirst(start.count))
        }
        return parts.queryItems?.first { $0.name == "token" }?.value
    }

    /// The URL without what may be a secret: its query, log-in, and a token of ours or anybody's in the place of ours.
    private func shown(_ text: String) -> String {
        guard var parts = URLComponents(string: text) else { return "a URL that can't be read" }
        parts.query = nil
        parts.fragment = nil
        parts.user = nil
        parts.password = nil
        if let range = parts.path.range(of: CallbackAddress.path + "/") {
            parts.path = parts.path[..<range.upperBound] + "TOKEN"
        }
        let shown = parts.string ?? "a URL that can't be read"
        guard let token = address.token, !token.isEmpty else { return shown }
        return shown.replacing(token, with: "TOKEN")
    }

    private func finding(_ verdict: Finding.Verdict, _ text: String, remedy: String? = nil) -> Finding {
        Finding(check: Self.check, verdict: verdict, finding: text, remedy: remedy)
    }
}
