package import GetResponse

extension Check {
    /// GetResponse: the key opens the account.
    ///
    /// Costs one request, counted like any other.
    package static func getResponse(_ client: GetResponseClient) -> Check {
        Check(name: "getresponse") {
            do throws(GetResponseError) {
                let account = try await client.account()
                return [
                    Finding(
                        check: "getresponse.login",
                        verdict: .ok,
                        finding: "The key opens the GetResponse account \(account.accountID)."
                    )
                ]
            } catch {
                return [
                    Finding(
                        check: "getresponse.login",
                        verdict: .failed,
                        finding: "\(error)",
                        remedy: remedy(for: error)
                    )
                ]
            }
        }
    }

    /// GetResponse could not be asked, because there is no journal in which the request would be counted.
    package static var getResponseUncounted: Check {
        Check(name: "getresponse") {
            [
                Finding(
                    check: "getresponse.login",
                    verdict: .warning,
                    finding:
                        "GetResponse was not asked: every request is counted in the journal, which can't be written.",
                    remedy: "Mend what the journal's check says, then run `leadrelay doctor` again."
                )
            ]
        }
    }

    private static func remedy(for error: GetResponseError) -> String {
        switch error {
        case .authentication: "Make a new key in GetResponse (Integrations & API) and set getresponse.apiKey."
        case .budgetExhausted, .rateLimited: "Run `leadrelay doctor` again then; `leadrelay status` shows the budget."
        case .connection, .unusableBaseURL: "Check getresponse.baseURL and this machine's way to it."
        default: "Try again; if it stays, ask GetResponse's support with this sentence."
        }
    }
}
