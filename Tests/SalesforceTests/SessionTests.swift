import Logging
import Model
import TestSupport
import Testing

@testable import Salesforce

@Suite struct SessionTests {
    @Test func clientCredentialsGoIntoTheForm() async throws {
        try await withOrg { org in
            _ = try await org.client.verifyLogin()
            let login = try #require(org.logins.first)
            #expect(login.method == "POST")
            #expect(login.headers["content-type"] == "application/x-www-form-urlencoded")
            #expect(
                login.body == "grant_type=client_credentials&client_id=consumer-key&client_secret=s3cret%26%2B"
            )
        }
    }

    @Test func logInThatAStopCutsOffIsNoAlarm() async throws {
        let log = LogRecorder()
        var login: Task<Void, any Error>?
        try await withOrg(login: .hang, logger: log.logger) { org in
            login = Task { _ = try await org.client.verifyLogin() }
            while org.logins.isEmpty { await Task.yield() }
            // The HTTP client is shut down behind this.
        }
        await #expect(throws: (any Error).self) { try await login?.value }
        #expect(log.entries == [LogRecorder.Entry(level: .debug, message: "salesforce.login_failed")])
    }

    @Test func refusedLogInIsAWarning() async throws {
        let log = LogRecorder()
        try await withOrg(login: .answer(400, body: #"{"error":"invalid_client"}"#), logger: log.logger) { org in
            await #expect(throws: SalesforceError.self) { try await org.client.verifyLogin() }
        }
        #expect(log.entries == [LogRecorder.Entry(level: .warning, message: "salesforce.login_failed")])
    }

    @Test func tokenIsKeptForAllRequests() async throws {
        try await withOrg { org in
            for id in ["a", "b", "c"] { _ = try await org.client.update(.lead, id: id, fields: [:]) }
            #expect(org.logins.count == 1)
            #expect(org.requests.map { $0.headers["authorization"] } == Array(repeating: "Bearer token-1", count: 3))
        }
    }

    @Test func manyFirstRequestsShareOneLogin() async throws {
        try await withOrg { org in
            try await updateMany(20, org.client)
            #expect(org.logins.count == 1)
            #expect(org.requests.count == 20)
        }
    }

    @Test func manyRefusalsShareOneLogin() async throws {
        let script = ScriptedServer.Script.by { request, _ in
            request.headers["authorization"] == "Bearer token-1"
                ? .answer(401, body: faults("INVALID_SESSION_ID", "Session expired or invalid")) : .answer(204)
        }
        try await withOrg(script) { org in
            try await updateMany(20, org.client)
            #expect(org.logins.count == 2)
            let successes = org.requests.filter { $0.headers["authorization"] == "Bearer token-2" }
            #expect(successes.count == 20)
        }
    }

    @Test func expiredTokenIsRenewedAndTheWriteSentAgainWhole() async throws {
        let script = ScriptedServer.Script.by { request, _ in
            request.headers["authorization"] == "Bearer token-1"
                ? .answer(401, body: faults("INVALID_SESSION_ID")) : .answer(204)
        }
        try await withOrg(script) { org in
            let result = try await org.client.update(.lead, id: "00Q1", fields: ["Title": "VP"])
            #expect(result == WriteResult(outcome: .updated(id: nil), status: 204))
            #expect(org.requests.map(\.body) == [#"{"Title":"VP"}"#, #"{"Title":"VP"}"#])
        }
    }

    @Test func secondRefusalIsFinal() async throws {
        try await withOrg(
            .always(.answer(401, body: faults("INVALID_SESSION_ID", "not valid for use with the REST API")))
        ) {
            org in
            let expected = SalesforceError.sessionRejected([
                APIFault(code: "INVALID_SESSION_ID", message: "not valid for use with the REST API")
            ])
            await #expect(throws: expected) { try await org.client.query("SELECT Id FROM Lead") }
            #expect(expected.errorClass == .configuration)
            #expect(org.requests.count == 2)
            #expect(org.logins.count == 2)
        }
    }

    @Test func cancelledWaiterDoesNotEndTheLoginOfOthers() async throws {
        try await withOrg { org in
            let first = Task { try await org.client.verifyLogin() }
            first.cancel()
            _ = try await org.client.verifyLogin()
            _ = await first.result
            #expect(org.logins.count == 1)
        }
    }

    @Test(arguments: [
        "https://evil.example", "https://salesforce.com.evil.example", "https://evilsalesforce.com",
        "http://acme.my.salesforce.com", "https://acme.my.salesforce.com@evil.example", "nonsense",
        "https://acme.my.salesforce.com/services",
    ])
    func tokenGoesToNoForeignInstance(instance: String) async throws {
        try await withOrg(instance: instance) { org in
            do throws(SalesforceError) {
                _ = try await org.client.verifyLogin()
                Issue.record("\(instance) was trusted")
            } catch {
                guard case .untrustedInstance = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.errorClass == .configuration)
            }
        }
    }

    @Test(arguments: [
        "https://acme.my.salesforce.com", "https://acme--dev.sandbox.my.salesforce.com",
        "https://acme.my.salesforce.mil",
        "https://eu1.cloudforce.com",
    ])
    func salesforcesOwnHostsAreTrusted(instance: String) throws {
        let login = try ServiceURL("https://acme.my.salesforce.com")
        #expect(try TrustedHost.instance(instance, login: login).text == instance)
    }

    @Test func thisMachineIsNoInstanceOfARealLogin() throws {
        let login = try ServiceURL("https://acme.my.salesforce.com")
        #expect(throws: SalesforceError.untrustedInstance(host: "127.0.0.1")) {
            try TrustedHost.instance("http://127.0.0.1:9", login: login)
        }
    }

    @Test(arguments: [
        "http://acme.my.salesforce.com", "https://acme.example.com",
        "https://acme.my.salesforce.com/services/oauth2/token",
        "acme.my.salesforce.com", "",
    ])
    func unsafeLoginURLIsRefused(url: String) {
        #expect(throws: SalesforceError.self) { try SalesforceConfiguration.validate(loginURL: url) }
    }

    @Test(arguments: ["59.0", "v59", "v59.0/../..", "v+9.0", "", "v59.0?x"])
    func strangeVersionIsRefused(version: String) {
        #expect(throws: SalesforceError.self) { try SalesforceConfiguration.validate(apiVersion: version) }
    }

    @Test func secretsNeverShowInPrint() throws {
        let configuration = SalesforceConfiguration(
            loginURL: "https://acme.my.salesforce.com",
            credentials: .clientCredentials(id: "key", secret: "sesame-1234")
        )
        let token = AccessToken(value: "sesame-1234", instance: try ServiceURL(configuration.loginURL), generation: 1)
        for value in [configuration, configuration.credentials, token] as [any Sendable] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] { #expect(!text.contains("sesame")) }
        }
    }

    private func updateMany(_ count: Int, _ client: SalesforceClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { _ = try await client.update(.lead, id: "00Q\(number)", fields: [:]) }
            }
            try await group.waitForAll()
        }
    }
}
