import Model
import Testing

@testable import leadrelay

@Suite("Addresses of the APIs")
struct SettingsAddressesTests {
    @Test(arguments: [
        "http://127.0.0.1:8090", "http://localhost:1/v3", "http://[::1]:8080", "https://api.getresponse.com/v3",
        "https://api3.getresponse360.pl/v3/",
    ])
    func httpsOrThisMachineIsAccepted(url: String) throws {
        let loaded = try settings(environment: ["LEADRELAY_GETRESPONSE_BASE_URL": url])
        #expect(loaded.getResponse.baseURL.text == (url.hasSuffix("/") ? String(url.dropLast()) : url))
    }

    @Test(arguments: [
        "http://api.getresponse.com/v3", "http://127.evil.example/v3", "ftp://127.0.0.1", "api.getresponse.com/v3",
        "https://api.getresponse.com/v3?a=b", "https://",
    ])
    func anythingElseIsRefused(url: String) {
        let found = problems(environment: ["LEADRELAY_GETRESPONSE_BASE_URL": url])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("LEADRELAY_GETRESPONSE_BASE_URL is \"\(url)\"; ") == true)
    }

    @Test func passwordInAnAddressIsNotRepeated() {
        let found = problems(environment: ["LEADRELAY_GETRESPONSE_BASE_URL": "https://me:hush@api.getresponse.com"])
        #expect(found.first?.hasPrefix("LEADRELAY_GETRESPONSE_BASE_URL is not usable; it holds a user name") == true)
        #expect(found.first?.contains("hush") == false)
    }

    @Test(arguments: [
        "https://example.my.salesforce.com", "https://example--uat.sandbox.my.salesforce.com/",
        "http://127.0.0.1:8091", "https://login.salesforce.com",
    ])
    func salesforcesHostsAreAccepted(url: String) throws {
        _ = try settings(environment: ["LEADRELAY_SALESFORCE_LOGIN_URL": url])
    }

    @Test(arguments: [
        "https://example.com", "https://salesforce.com.example.org", "https://notsalesforce.com",
        "https://example.my.salesforce.com/services/oauth2/token", "http://example.my.salesforce.com",
    ])
    func secretsGoToNobodyElse(url: String) {
        #expect(problems(environment: ["LEADRELAY_SALESFORCE_LOGIN_URL": url]).count == 1)
    }
}
