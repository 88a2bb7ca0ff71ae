import Model
import Salesforce
import TestSupport
import Testing

/// What each refusal of the log-in means, and what the sentence tells a person to do.
@Suite struct LoginRefusalTests {
    private func refusal(_ reply: ScriptedServer.Reply) async throws -> SalesforceError {
        var result: SalesforceError?
        try await withOrg(timeout: .seconds(2), login: reply) { org in
            do throws(SalesforceError) {
                // A write, to see that it is not taken for one of unknown outcome.
                _ = try await org.client.update(.lead, id: "00Q1", fields: [:])
            } catch { result = error }
            #expect(org.requests.isEmpty)
        }
        return try #require(result)
    }

    @Test(arguments: [
        ("invalid_grant", "request not supported on this domain", "My Domain"),
        ("invalid_grant", "no client credentials user enabled", "Run-As user"),
        ("invalid_client_id", "client identifier invalid", "salesforce.clientID"),
        ("invalid_client", "invalid client credentials", "salesforce.clientSecret"),
        ("invalid_grant", "audience is invalid", "audience"),
        ("invalid_grant", "user hasn't approved this consumer", "pre-authorized"),
        ("invalid_grant", "ip restricted", "IP restrictions"),
        ("invalid_grant", "inactive user", "Activate the user"),
        ("invalid_grant", "authentication failure", "log-in hours"),
        ("invalid_grant", "invalid assertion", "clock"),
        ("something_new", "nobody knows", "salesforce.clientID"),
    ])
    func refusalComesWithItsRemedy(code: String, description: String, remedy: String) async throws {
        let error = try await refusal(
            .answer(400, body: #"{"error": "\#(code)", "error_description": "\#(description)"}"#)
        )
        guard case .authentication(let failure, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(failure == OAuthFailure(error: code, description: description))
        #expect(error.errorClass == .configuration)
        #expect(error.description.contains(remedy), "\(error)")
        #expect(!error.description.contains("s3cret"))
    }

    @Test func passingFailureIsTransient() async throws {
        let error = try await refusal(
            .answer(400, body: #"{"error": "unknown_error", "error_description": "retry your request"}"#)
        )
        #expect(error.errorClass == .transient)
    }

    @Test func brokenServerIsTransient() async throws {
        let error = try await refusal(.answer(503, headers: ["Retry-After": "30"], body: "<html>Down</html>"))
        #expect(error == .server(status: 503, retryAfter: .seconds(30)))
        #expect(error.errorClass == .transient)
    }

    @Test func unansweredLoginIsNoLostWrite() async throws {
        let error = try await refusal(.drop)
        guard case .unanswered = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.errorClass == .transient)
    }

    @Test func redirectIsNotFollowed() async throws {
        let error = try await refusal(.answer(302, headers: ["Location": "https://evil.example/"]))
        guard case .unusableURL = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func pageInsteadOfATokenIsUndecodable() async throws {
        let error = try await refusal(.answer(200, body: "<html>Log in</html>"))
        guard case .undecodable = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func failedLoginIsTriedAgainByTheNextRequest() async throws {
        try await withOrg(login: .answer(400, body: #"{"error": "invalid_client"}"#)) { org in
            for _ in 0..<2 {
                await #expect(throws: SalesforceError.self) { try await org.client.verifyLogin() }
            }
            #expect(org.logins.count == 2)
        }
    }
}
