import Model
import TestSupport
import Testing

@testable import Salesforce

@Suite struct JWTAssertionTests {
    private static let now = Timestamp(milliseconds: FixedTime.wall)

    @Test func assertionIsSignedAsOpenSSLSignsIt() async throws {
        let assertion = JWTAssertion(
            clientID: "3MVG9-consumer-key",
            username: "relay@example.com",
            loginHost: "acme.my.salesforce.com",
            now: Self.now
        )
        let signed = try await assertion.signed(privateKeyPEM: TestKey.pem)
        #expect(signed == TestKey.assertion)
    }

    @Test(arguments: [
        ("acme.my.salesforce.com", "https://login.salesforce.com"),
        ("login.salesforce.com", "https://login.salesforce.com"),
        ("test.salesforce.com", "https://test.salesforce.com"),
        ("acme--dev.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ])
    func audienceFollowsTheHost(host: String, audience: String) {
        let assertion = JWTAssertion(clientID: "c", username: "u", loginHost: host, now: Self.now)
        #expect(assertion.aud == audience)
        #expect(assertion.exp == FixedTime.wall / 1000 + 180)
    }

    @Test func assertionIsTheLogin() async throws {
        let credentials = SalesforceConfiguration.Credentials.jwtBearer(
            clientID: "3MVG9-consumer-key",
            username: "relay@example.com",
            privateKeyPEM: TestKey.pem
        )
        try await withOrg(credentials: credentials) { org in
            _ = try await org.client.verifyLogin()
            let form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
            #expect(org.logins.map(\.body) == [form + TestKey.assertion])
        }
    }

    @Test func unusableKeyIsAConfigurationFault() async throws {
        let credentials = SalesforceConfiguration.Credentials.jwtBearer(
            clientID: "c",
            username: "u",
            privateKeyPEM: "-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----"
        )
        try await withOrg(credentials: credentials) { org in
            do throws(SalesforceError) {
                _ = try await org.client.verifyLogin()
                Issue.record("the key was used")
            } catch {
                #expect(error.errorClass == .configuration)
                #expect(error.description.contains("salesforce.privateKeyPath"))
                #expect(!error.description.contains("sesame"))
            }
            #expect(org.logins.isEmpty)
        }
    }
}
