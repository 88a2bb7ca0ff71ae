import Configuration
import Testing

@testable import leadrelay

@Suite("Secrets")
struct SettingsSecretTests {
    @Test(arguments: SettingCatalog.all.filter(\.isSecret))
    func secretIsReadFromTheFileThatIsNamed(key: SettingKey) throws {
        let name = try #require(key.environmentFileName)
        let fromFile = try settings(environment: [name: "/run/s"], disk: ["/run/s": "s3cret\n"])
        #expect(fromFile == (try settings(environment: [key.environmentName: "s3cret"])))
        #expect(fromFile != (try settings()))
    }

    @Test func fileOfASecretOverridesTheSettingsFile() throws {
        let loaded = try settings(
            file: "ingest.token: old",
            environment: ["LEADRELAY_INGEST_TOKEN_FILE": "/run/token"],
            disk: ["/run/token": "new\r\n"]
        )
        #expect(loaded.ingest.token == Secret("new"))
    }

    @Test func secretGivenInBothWaysIsRefused() {
        let variables = ["LEADRELAY_INGEST_TOKEN": "a", "LEADRELAY_INGEST_TOKEN_FILE": "/run/token"]
        #expect(
            problems(environment: variables, disk: ["/run/token": "a"])
                == ["both LEADRELAY_INGEST_TOKEN and LEADRELAY_INGEST_TOKEN_FILE are set; remove one of them"]
        )
    }

    @Test(arguments: [
        (nil, "there is no such file"), (unreadable, "this user may not read it"), ("\n", "it is empty"),
    ])
    func fileThatGivesNoSecretIsNamed(text: String?, reason: String) {
        let disk = text.map { ["/run/token": $0] } ?? [:]
        #expect(
            problems(environment: ["LEADRELAY_INGEST_TOKEN_FILE": "/run/token"], disk: disk)
                == ["can't read /run/token, which LEADRELAY_INGEST_TOKEN_FILE names: \(reason)"]
        )
    }

    @Test(arguments: ["hush/hush", "hush hush", "hüsh", "hush\nhush", "hush%2F"])
    func refusedSecretIsNotRepeated(token: String) {
        let found =
            problems(environment: ["LEADRELAY_INGEST_TOKEN": token])
            + problems(environment: ["LEADRELAY_INGEST_TOKEN_FILE": "/f"], disk: ["/f": token])
            + problems(file: "ingest:\n  token: \"\(token.replacing("\n", with: "\\n"))\"")
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.contains("is not usable; use letters, digits") })
        #expect(found.allSatisfy { !$0.contains("hush") && !$0.contains("hüsh") })
    }

    @Test func keyWithALineBreakCanNotReachAHeader() {
        let found = problems(environment: ["LEADRELAY_GETRESPONSE_API_KEY": "abc\r\nX-Evil: 1"])
        #expect(found.first?.hasPrefix("LEADRELAY_GETRESPONSE_API_KEY is not usable; copy it again") == true)
    }

    @Test func nothingPrintsASecret() throws {
        let loaded = try settings(environment: [
            "LEADRELAY_INGEST_TOKEN": "hush1", "LEADRELAY_GETRESPONSE_API_KEY": "hush2",
            "LEADRELAY_SALESFORCE_CLIENT_SECRET": "hush3", "LEADRELAY_JOURNAL_KEY": "hush4",
            "LEADRELAY_SALESFORCE_CLIENT_ID": "id",
            "LEADRELAY_SALESFORCE_LOGIN_URL": "https://example.my.salesforce.com",
        ])
        var dumped = ""
        dump(loaded, to: &dumped)
        dump(try loaded.requireWorker(), to: &dumped)
        dump(try loaded.requireIngest(), to: &dumped)
        for text in [dumped, "\(loaded)", String(reflecting: loaded), "\(try loaded.requireWorker())"] {
            #expect(!text.contains("hush"))
        }
        #expect(loaded.ingest.token?.revealed == "hush1")
    }

    @Test(arguments: SettingCatalog.all)
    func accessLogOfTheLibraryKnowsWhatIsSecret(key: SettingKey) throws {
        guard !key.kind.isList else { return }
        let value = SettingsConsumptionTests.otherValue(of: key)
        let file = SettingsProvider(providerName: "file", values: [key.name: .scalar(value)])
        let environment = SettingsEnvironment([key.environmentName: value], readText: TextFile.read).provider
        let components = AbsoluteConfigKey(key.name.split(separator: ".").map(String.init))
        #expect(try file.value(forKey: components, type: .string).value?.isSecret == key.isSecret)
        #expect(try environment.value(forKey: components, type: .string).value?.isSecret == key.isSecret)
    }
}
