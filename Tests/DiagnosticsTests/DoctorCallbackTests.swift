import AsyncHTTPClient
import Diagnostics
import GetResponse
import Logging
import Model
import Sandbox
import Testing

/// What `doctor` says of the callback that the GetResponse account has registered.
@Suite(.timeLimit(.minutes(1))) struct DoctorCallbackTests {
    private static let own = "https://relay.example.com/webhooks/getresponse/s3cret"
    private static let all = ["open", "click", "subscribe", "unsubscribe"]

    /// Admits everything, and counts it.
    private struct OpenGate: RequestGate {
        func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
            RequestGrant(id: 1) { true }
        }

        func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async {}
    }

    /// What is found of the callback when the account has this one.
    private func findings(
        _ url: String?,
        actions: [String] = all,
        publicURL: String? = "https://relay.example.com",
        token: String? = "s3cret",
        _ change: (Sandbox) -> Void = { _ in }
    ) async throws -> [Finding] {
        try await Sandbox.withRunning(SandboxConfiguration()) { sandbox in
            sandbox.getResponse.callback = url.map {
                GetResponseCallback(url: $0, actions: Dictionary(actions.map { ($0, true) }) { $1 })
            }
            change(sandbox)
            let client = GetResponseClient(
                configuration: GetResponseConfiguration(
                    baseURL: sandbox.getResponseURL,
                    apiKey: sandbox.configuration.getResponse.apiKey
                ),
                httpClient: HTTPClient.shared,
                gate: OpenGate(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let address = CallbackAddress(publicURL: try publicURL.map { try ServiceURL($0) }, token: token)
            let findings = await Check.getResponse(client, callbacksTo: address).run()
            #expect(findings.first?.check == "getresponse.login" && findings.first?.verdict == .ok)
            #expect(findings.dropFirst().allSatisfy { $0.check == "getresponse.callback" })
            #expect(!findings.contains { "\($0)".contains("s3cret") }, "\(findings)")
            return Array(findings.dropFirst())
        }
    }

    @Test(arguments: [
        own, "https://RELAY.example.com/webhooks/getresponse/s3cret",
        "https://relay.example.com/webhooks/getresponse?token=s3cret",
    ])
    func ownCallback(url: String) async throws {
        let findings = try await findings(url)
        #expect(findings.map(\.verdict) == [.ok])
        #expect(findings.first?.finding.contains("to this LeadRelay at") == true)
    }

    @Test func ownCallbackBehindAPath() async throws {
        let url = "https://example.com/relay/webhooks/getresponse/s3cret"
        #expect(try await findings(url, publicURL: "https://example.com/relay/").map(\.verdict) == [.ok])
        #expect(try await findings(url, publicURL: "https://example.com").map(\.verdict) == [.failed])
    }

    @Test(arguments: [
        ("https://n8n.example.org/webhook/4f2a?auth=s3cret", "https://n8n.example.org/webhook/4f2a"),
        (
            "https://relay.example.com:8443/webhooks/getresponse/s3cret",
            "https://relay.example.com:8443/webhooks/getresponse/TOKEN"
        ),
        ("http://relay.example.com/webhooks/getresponse/s3cret", "http://relay.example.com/webhooks/getresponse/TOKEN"),
        ("https://relay.example.com/webhooks/getresponses3cret", "https://relay.example.com/webhooks/getresponseTOKEN"),
    ])
    func foreignCallback(url: String, shown: String) async throws {
        let findings = try await findings(url)
        #expect(
            findings == [
                Finding(
                    check: "getresponse.callback",
                    verdict: .failed,
                    finding:
                        "GetResponse sends its callbacks to \(shown), which is not this LeadRelay: somebody else has "
                        + "registered it.",
                    remedy:
                        "Run leadrelay callbacks register --replace, which registers "
                        + "https://relay.example.com/webhooks/getresponse/TOKEN again, and let the other tool use "
                        + "webhooks: an account has one callback URL."
                )
            ]
        )
    }

    @Test(arguments: ["/webhooks/getresponse/old", "/webhooks/getresponse", "/webhooks/getresponse?token=old"])
    func callbackWithAnotherToken(path: String) async throws {
        let findings = try await findings("https://relay.example.com\(path)")
        #expect(findings.map(\.verdict) == [.failed])
        #expect(findings.first?.finding.contains("another token than ingest.token") == true)
        #expect(!findings.contains { "\($0)".contains("old") })
    }

    @Test func callbackThatLeavesOptOutsOut() async throws {
        let findings = try await findings(Self.own, actions: ["subscribe", "open"])
        #expect(findings.map(\.verdict) == [.ok, .failed])
        #expect(
            findings.last?.finding
                == #"The callback tells nothing of "unsubscribe", "click", so that opt-outs are missed."#
        )
        let fewer = try await self.findings(Self.own, actions: ["subscribe", "unsubscribe", "open"])
        #expect(fewer.map(\.verdict) == [.ok, .warning])
    }

    @Test func noCallbackIsAWarning() async throws {
        let findings = try await findings(nil)
        #expect(findings.map(\.verdict) == [.warning])
        #expect(
            findings.first?.remedy?.contains("registers https://relay.example.com/webhooks/getresponse/TOKEN") == true
        )
    }

    @Test func withoutThePublicURLTheRegisteredOneIsNamed() async throws {
        let findings = try await findings("https://n8n.example.org/webhook/4f2a", publicURL: nil)
        #expect(findings.map(\.verdict) == [.ok])
        #expect(findings.first?.finding == "GetResponse sends its callbacks to https://n8n.example.org/webhook/4f2a.")
        #expect(findings.first?.remedy?.contains("ingest.publicURL") == true)
    }

    @Test func callbackThatCannotBeAskedFor() async throws {
        let findings = try await findings(Self.own) { sandbox in
            sandbox.getResponse.faults.inject(.serviceUnavailable, matching: .path("/accounts/callbacks"))
        }
        #expect(findings.map(\.verdict) == [.warning])
        #expect(findings.first?.finding.hasPrefix("Where GetResponse sends its callbacks is not known.") == true)
    }
}
