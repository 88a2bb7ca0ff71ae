import Model
import Testing

@testable import leadrelay

@Suite("What a command needs")
struct SettingsRequirementsTests {
    static let worker = [
        "LEADRELAY_GETRESPONSE_API_KEY": "key",
        "LEADRELAY_SALESFORCE_LOGIN_URL": "https://example.my.salesforce.com",
        "LEADRELAY_SALESFORCE_CLIENT_ID": "id",
        "LEADRELAY_SALESFORCE_CLIENT_SECRET": "secret",
    ]

    @Test func ingestNeedsItsTokenOnly() throws {
        #expect(throws: SettingsError([.missing(key: "ingest.token")])) { try settings().requireIngest() }
        let loaded = try settings(environment: ["LEADRELAY_INGEST_TOKEN": "token"])
        #expect(try loaded.requireIngest().token == Secret("token"))
    }

    @Test func missingSettingIsNamedInBothForms() {
        #expect(
            SettingsProblem.missing(key: "getresponse.apiKey").description
                == "getresponse.apiKey is missing; set LEADRELAY_GETRESPONSE_API_KEY "
                + "or put getresponse.apiKey into the settings file"
        )
    }

    @Test func workerIsToldEverythingItLacks() {
        let missing = ["getresponse.apiKey", "salesforce.loginURL", "salesforce.clientID", "salesforce.clientSecret"]
        #expect(throws: SettingsError(missing.map { .missing(key: $0) })) { try settings().requireWorker() }
    }

    @Test func environmentAloneIsEnoughForAWorker() throws {
        let requirements = try settings(environment: Self.worker).requireWorker()
        #expect(requirements.getResponse.apiKey == Secret("key"))
        #expect(requirements.getResponse.domain == nil)
        #expect(requirements.salesforce.loginURL.host == "example.my.salesforce.com")
        #expect(requirements.salesforce.credentials == .client(id: "id", secret: Secret("secret")))
    }

    @Test func keyOfAUserIsTheOtherWayIn() throws {
        var variables = Self.worker
        variables["LEADRELAY_SALESFORCE_CLIENT_SECRET"] = nil
        variables["LEADRELAY_SALESFORCE_LOGIN_URL"] = "https://login.salesforce.com"
        variables["LEADRELAY_SALESFORCE_USERNAME"] = "me@example.com"
        #expect(throws: SettingsError([.missing(key: "salesforce.privateKeyPath")])) {
            try settings(environment: variables).requireSalesforce()
        }
        variables["LEADRELAY_SALESFORCE_PRIVATE_KEY_PATH"] = "/key.pem"
        #expect(
            try settings(environment: variables).requireSalesforce().credentials
                == .jwtBearer(clientID: "id", username: "me@example.com", privateKeyPath: "/key.pem")
        )
    }

    @Test func bothWaysInAtOnceAreRefused() {
        let variables = Self.worker.merging(["LEADRELAY_SALESFORCE_USERNAME": "me"]) { $1 }
        #expect(conflicts { try settings(environment: variables).requireSalesforce() } == 1)
    }

    @Test(arguments: ["https://login.salesforce.com", "https://test.salesforce.com"])
    func sharedLogInHostsRefuseClientCredentials(url: String) {
        let variables = Self.worker.merging(["LEADRELAY_SALESFORCE_LOGIN_URL": url]) { $1 }
        #expect(conflicts { try settings(environment: variables).requireWorker() } == 1)
    }

    @Test func maxNeedsItsDomain() throws {
        var variables = Self.worker
        variables["LEADRELAY_GETRESPONSE_BASE_URL"] = "https://api3.getresponse360.pl/v3"
        #expect(conflicts { try settings(environment: variables).requireGetResponse() } == 1)
        variables["LEADRELAY_GETRESPONSE_DOMAIN"] = "example.com"
        #expect(try settings(environment: variables).requireGetResponse().domain == "example.com")
    }

    @Test func otherPlansMustNotSendADomain() {
        let variables = Self.worker.merging(["LEADRELAY_GETRESPONSE_DOMAIN": "example.com"]) { $1 }
        #expect(conflicts { try settings(environment: variables).requireGetResponse() } == 1)
    }

    @Test(arguments: [("standard", nil, 400), ("max", nil, 5000), ("max", "250", 250)])
    func capIsThePlansUnlessItIsSet(plan: String, cap: String?, expected: Int) throws {
        var variables = ["LEADRELAY_GETRESPONSE_PLAN": plan]
        variables["LEADRELAY_GETRESPONSE_HOURLY_CAP"] = cap
        #expect(try settings(environment: variables).getResponse.requestsPerHour == expected)
    }

    /// How many contradictions are told; nothing else may be wrong.
    private func conflicts(_ body: () throws -> some Any) -> Int {
        do {
            _ = try body()
            return 0
        } catch let error as SettingsError {
            return error.problems.allSatisfy(\.isConflict) ? error.problems.count : -1
        } catch {
            return -1
        }
    }
}

extension SettingsProblem {
    fileprivate var isConflict: Bool {
        guard case .conflict = self else { return false }
        return true
    }
}
