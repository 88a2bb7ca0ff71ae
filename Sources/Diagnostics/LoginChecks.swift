package import GetResponse

extension Check {
    /// GetResponse: the key opens the account, and its callbacks come here.
    ///
    /// Costs two requests, counted like any other.
    ///
    /// - Parameters:
    ///   - client: Who asks.
    ///   - address: Where the callbacks should go.
    /// - Returns: The check.
    package static func getResponse(
        _ client: GetResponseClient,
        callbacksTo address: CallbackAddress = CallbackAddress()
    ) -> Check {
        Check(name: "getresponse") {
            do throws(GetResponseError) {
                let account = try await client.account()
                let login = Finding(
                    check: "getresponse.login",
                    verdict: .ok,
                    finding: "The key opens the GetResponse account \(account.accountID)."
                )
                return [login] + (await callbackFindings(client, address))
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

    private static func callbackFindings(_ client: GetResponseClient, _ address: CallbackAddress) async -> [Finding] {
        do throws(GetResponseError) {
            return CallbackCheck(address: address).findings(try await client.callbackRegistration())
        } catch {
            return [
                Finding(
                    check: "getresponse.callback",
                    verdict: .warning,
                    finding: "Where GetResponse sends its callbacks is not known. \(error)",
                    remedy: remedy(for: error)
                )
            ]
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
