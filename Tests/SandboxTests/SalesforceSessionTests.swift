import Testing

@testable import Sandbox

@Suite struct SalesforceSessionTests {
    @Test func tokenIsAnsweredAsDocumented() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let answer = try await client.logIn()
            #expect(answer.status == 200)
            #expect(
                answer.json.members?.map(\.name) == [
                    "access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at",
                ]
            )
            #expect(answer.json["instance_url"] == .string(sandbox.salesforceURL))
            #expect(answer.json["token_type"] == "Bearer")
            #expect(answer.json["issued_at"]?.string.flatMap { Int64($0) } != nil)
        }
    }

    @Test func credentialsMayComeByBasicAuthorization() async throws {
        try await Sandbox.withRunning { sandbox in
            // sandbox-client-id:sandbox-client-secret
            let answer = try await SandboxClient(sandbox: sandbox).send(
                "POST",
                "\(sandbox.salesforceURL)/services/oauth2/token",
                headers: ["Authorization": "Basic c2FuZGJveC1jbGllbnQtaWQ6c2FuZGJveC1jbGllbnQtc2VjcmV0"],
                body: "grant_type=client_credentials"
            )
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [
        ("grant_type=client_credentials&client_id=x&client_secret=y", "invalid_client_id"),
        ("grant_type=client_credentials&client_id=sandbox-client-id&client_secret=y", "invalid_client"),
        ("grant_type=password", "unsupported_grant_type"),
        ("client_id=x", "invalid_request"),
    ])
    func refusalsAreObjectsOfErrorAndDescription(form: String, error: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let answer = try await SandboxClient(sandbox: sandbox).logIn(form)
            #expect(answer.status == 400 && answer.json["error"] == .string(error))
            #expect(answer.json.members?.map(\.name) == ["error", "error_description"])
        }
    }

    @Test(arguments: [
        (SandboxConfiguration.Authorization.noRunAsUser, "no client credentials user enabled"),
        (.loginHost, "request not supported on this domain"),
    ])
    func misconfiguredAppsAreInvalidGrants(mode: SandboxConfiguration.Authorization, text: String) async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.authorization = mode
        try await Sandbox.withRunning(configuration) { sandbox in
            let answer = try await SandboxClient(sandbox: sandbox).logIn()
            #expect(answer.status == 400)
            #expect(answer.json == ["error": "invalid_grant", "error_description": .string(text)])
        }
    }

    @Test func sessionsEndOnCommandByTimeAndByUse() async throws {
        let clock = MovableClock()
        var configuration = SandboxConfiguration()
        configuration.now = { clock.now }
        configuration.salesforce.tokenLifetime = .seconds(7200)
        configuration.salesforce.tokenRequestLimit = 3
        try await Sandbox.withRunning(configuration) { sandbox in
            let expired = #"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#
            var client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.expireTokens()
            let onCommand = try await client.query("SELECT Id FROM Lead")
            #expect(onCommand.status == 401 && onCommand.text == expired)

            client = try await SandboxClient.loggedIn(sandbox)
            clock.advance(by: 7_199_999)
            #expect(try await client.query("SELECT Id FROM Lead").status == 200)
            clock.advance(by: 1)
            #expect(try await client.query("SELECT Id FROM Lead").text == expired)

            client = try await SandboxClient.loggedIn(sandbox)
            for _ in 0..<3 { #expect(try await client.query("SELECT Id FROM Lead").status == 200) }
            #expect(try await client.query("SELECT Id FROM Lead").text == expired)
        }
    }

    @Test func sessionsCanBeRefusedForEver() async throws {
        try await Sandbox.withRunning { sandbox in
            sandbox.salesforce.refusesEverySession = true
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.query("SELECT Id FROM Lead")
            #expect(answer.status == 401)
            #expect(answer.message == "This session is not valid for use with the REST API")
        }
    }

    @Test func headerOfAnotherKindIsNoSession() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let answer = try await client.salesforce("GET", "/v59.0/limits", headers: ["Authorization": "api-key x"])
            #expect(answer.status == 401 && answer.errorCode == "INVALID_AUTH_HEADER")
        }
    }

    @Test func versionsNeedNoSessionAndCountNothing() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let answer = try await client.send("GET", "\(sandbox.salesforceURL)/services/data", headers: [:], body: nil)
            let entry: JSON = ["label": "Winter '24", "url": "/services/data/v59.0", "version": "59.0"]
            #expect(answer.json.array?.contains(entry) == true)
            #expect(answer.json.array?.last?["label"] == "Winter '27")
            #expect(answer.headers["sforce-limit-info"] == nil && sandbox.salesforce.requestCount == 0)
        }
    }

    @Test func retiredAndUnknownVersionsAreRefused() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            #expect(try await client.salesforce("GET", "/v20.0/limits").status == 410)
            #expect(try await client.salesforce("GET", "/v99.0/limits").status == 404)
            #expect(try await client.salesforce("GET", "/59/limits").status == 404)
        }
    }

    @Test func requestsAreCountedAndTheDaysLimitIsFinal() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            _ = try await client.salesforce("GET", "/v59.0/sobjects")
            let answer = try await client.salesforce("GET", "/v59.0/limits")
            #expect(answer.headers["sforce-limit-info"] == "api-usage=2/15000")
            #expect(answer.json["DailyApiRequests"] == ["Max": 15_000, "Remaining": 14_998])
            sandbox.salesforce.dailyRequestLimit = 2
            let refused = try await client.salesforce("GET", "/v59.0/limits")
            #expect(refused.status == 403 && refused.errorCode == "REQUEST_LIMIT_EXCEEDED")
            #expect(refused.message == "TotalRequests Limit exceeded.")
        }
    }

    @Test func overlongAddressesAreRefused() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let soql = "SELECT Id FROM Lead WHERE LastName = '\(String(repeating: "x", count: 16_400))'"
            #expect(try await client.query(soql).status == 414)
            let head = ["X-Long": String(repeating: "x", count: 16_400)]
            #expect(try await client.query("SELECT Id FROM Lead", headers: head).status == 431)
        }
    }
}
