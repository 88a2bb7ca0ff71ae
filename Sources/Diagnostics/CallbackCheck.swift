import GetResponse

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
                        "Run leadrelay callbacks register, which registers \(address.shown), unless GetResponse's webhooks or a Zap tell LeadRelay."
                )
            ]
        }
        let place = place(of: registration)
        return place.verdict == .ok ? [place] + silence(of: registration) : [place]
    }

    private func place(of registration: CallbackRegistration) -> Finding {
        let url = address.shown(registration.url)
        switch address.owner(of: registration.url) {
        case .unknown:
            return finding(
                .ok,
                "GetResponse sends its callbacks to \(url).",
                remedy: "Set ingest.publicURL, and doctor says whether that is this LeadRelay."
            )
        case .foreign:
            return finding(
                .failed,
                "GetResponse sends its callbacks to \(url), which is not this LeadRelay: somebody else has registered it.",
                remedy:
                    "Run leadrelay callbacks register --replace, which registers \(address.shown) again, and let the other tool use webhooks: an account has one "
                    + "callback URL."
            )
        case .oursWithAnotherToken:
            return finding(
                .failed,
                "GetResponse sends its callbacks here with another token than ingest.token, so that each is refused.",
                remedy: "Run leadrelay callbacks register."
            )
        case .ours:
            return finding(.ok, "GetResponse sends its callbacks to this LeadRelay at \(url).")
        }
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
                remedy: "Run leadrelay callbacks register, which switches them on."
            )
        ]
    }

    private func finding(_ verdict: Finding.Verdict, _ text: String, remedy: String? = nil) -> Finding {
        Finding(check: Self.check, verdict: verdict, finding: text, remedy: remedy)
    }
}
