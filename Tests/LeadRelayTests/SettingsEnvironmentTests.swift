import Testing

@testable import leadrelay

@Suite("The environment")
struct SettingsEnvironmentTests {
    @Test func unknownNameOfOursIsRefused() {
        #expect(
            problems(environment: ["LEADRELAY_INGEST_PROT": "80"])
                == [
                    "unknown setting LEADRELAY_INGEST_PROT in the environment; did you mean \"LEADRELAY_INGEST_PORT\"?"
                ]
        )
    }

    @Test func nameOfAFileIsKnownForSecretsOnly() {
        let found = problems(environment: ["LEADRELAY_JOURNAL_PATH_FILE": "/run/path"])
        #expect(found.first?.hasPrefix("unknown setting LEADRELAY_JOURNAL_PATH_FILE in the environment") == true)
    }

    @Test func namesOfOthersAreNoneOfOurBusiness() throws {
        let variables = ["INGEST_PORT": "x", "PATH": "/bin", "LEADRELAY": "x", "leadrelay_ingest_port": "x"]
        #expect(try settings(environment: variables) == (try settings()))
    }

    @Test func failPointIsNoSetting() throws {
        #expect(try settings(environment: ["LEADRELAY_FAILPOINT": "after-send"]) == (try settings()))
    }

    @Test func whatOnlyTheFileHoldsIsToldSo() {
        #expect(
            problems(environment: ["LEADRELAY_SYNC_HIGH_INTENT_TAGS": "a,b"])
                == ["LEADRELAY_SYNC_HIGH_INTENT_TAGS is not read; set sync.highIntentTags in the settings file"]
        )
    }

    @Test func listIsWrittenWithCommas() throws {
        let loaded = try settings(environment: ["LEADRELAY_OPT_OUT_REASONS": "unsubscribe, complaint ,user"])
        #expect(loaded.optOut.reasons == ["unsubscribe", "complaint", "user"])
        let found = problems(environment: ["LEADRELAY_OPT_OUT_REASONS": "unsubscribe,,user"])
        #expect(found.first?.hasPrefix("LEADRELAY_OPT_OUT_REASONS is \"\"; write unsubscribe, complaint") == true)
    }

    @Test func valueThatDoesNotFitIsNamedAsItIsSet() {
        #expect(
            problems(environment: ["LEADRELAY_INGEST_PORT": "http"])
                == ["LEADRELAY_INGEST_PORT is \"http\"; write a whole number from 0 to 65535"]
        )
    }
}
