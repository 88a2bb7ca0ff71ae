import Model
import Testing

@testable import leadrelay

@Suite("The catalog of settings")
struct SettingsCatalogTests {
    /// The names that people and deployments rely on.
    static let published: KeyValuePairs = [
        "journal.path": "LEADRELAY_JOURNAL_PATH",
        "journal.key": "LEADRELAY_JOURNAL_KEY",
        "ingest.host": "LEADRELAY_INGEST_HOST",
        "ingest.port": "LEADRELAY_INGEST_PORT",
        "ingest.token": "LEADRELAY_INGEST_TOKEN",
        "ingest.maxBodyBytes": "LEADRELAY_INGEST_MAX_BODY_BYTES",
        "getresponse.baseURL": "LEADRELAY_GETRESPONSE_BASE_URL",
        "getresponse.apiKey": "LEADRELAY_GETRESPONSE_API_KEY",
        "getresponse.domain": "LEADRELAY_GETRESPONSE_DOMAIN",
        "getresponse.plan": "LEADRELAY_GETRESPONSE_PLAN",
        "getresponse.hourlyCap": "LEADRELAY_GETRESPONSE_HOURLY_CAP",
        "salesforce.loginURL": "LEADRELAY_SALESFORCE_LOGIN_URL",
        "salesforce.clientID": "LEADRELAY_SALESFORCE_CLIENT_ID",
        "salesforce.clientSecret": "LEADRELAY_SALESFORCE_CLIENT_SECRET",
        "salesforce.username": "LEADRELAY_SALESFORCE_USERNAME",
        "salesforce.privateKeyPath": "LEADRELAY_SALESFORCE_PRIVATE_KEY_PATH",
        "salesforce.apiVersion": "LEADRELAY_SALESFORCE_API_VERSION",
        "worker.adminPort": "LEADRELAY_WORKER_ADMIN_PORT",
    ]

    @Test(arguments: published.map { ($0.key, $0.value) })
    func publishedNamesStay(key: String, environmentName: String) throws {
        let setting = try #require(SettingCatalog.byName[key])
        #expect(setting.environmentName == environmentName)
        #expect(setting.hasEnvironmentForm)
    }

    @Test func secretsAreWhatOpensDoors() {
        let secrets = SettingCatalog.all.filter(\.isSecret).map(\.name)
        #expect(secrets == ["journal.key", "ingest.token", "getresponse.apiKey", "salesforce.clientSecret"])
    }

    @Test func environmentNamesAreDistinct() {
        let names = SettingCatalog.all.flatMap { [$0.environmentName, $0.environmentFileName].compactMap(\.self) }
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: SettingCatalog.all)
    func defaultsAndExamplesPassTheirOwnCheck(key: SettingKey) {
        let texts: [String]
        switch key.standard {
        case .scalar(let text)?: texts = [text]
        case .list(let list)?: texts = list
        case .entries?: texts = []
        case nil: texts = [key.example].compactMap(\.self)
        }
        #expect(!texts.isEmpty)
        #expect(texts.compactMap(key.kind.remedy(for:)) == [])
    }

    @Test(arguments: SettingCatalog.all)
    func documentationIsOneSentence(key: SettingKey) {
        #expect(key.documentation.hasSuffix("."))
        #expect(!key.documentation.dropLast().contains(". "))
    }

    @Test func defaultsAreTheContracts() throws {
        let settings = try settings()
        #expect(settings.journal.path == "leadrelay.sqlite")
        #expect(settings.ingest.host == "127.0.0.1")
        #expect(settings.ingest.port == 8080)
        #expect(settings.ingest.maxBodyBytes == 1_048_576)
        #expect(settings.getResponse.baseURL.text == "https://api.getresponse.com/v3")
        #expect(settings.getResponse.requestsPerHour == 400)
        #expect(settings.salesforce.apiVersion == "v59.0")
        #expect(settings.worker.adminPort == 9101)
        #expect(settings.worker.leaseDuration == .seconds(30))
        #expect(settings.sync.leadSource == "Email Marketing")
        #expect(settings.sync.status == "Open - Not Contacted")
        #expect(settings.sync.namePlaceholder == nil)
        #expect(settings.sync.highIntentTags == ["pricing_page_visited", "demo_watched", "free_trial_started"])
        #expect(settings.sync.orphanWait == .seconds(600))
        #expect(settings.optOut.reasons == ["unsubscribe", "complaint", "blacklisted"])
        #expect(settings.optOut.deadline == .seconds(300))
        #expect("\(settings.log.level)" == "info")
        #expect(settings.log.format == .text)
    }
}
