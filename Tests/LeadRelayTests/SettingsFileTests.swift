import Testing

@testable import leadrelay

@Suite("A settings file with mistakes")
struct SettingsFileTests {
    @Test func unknownKeyIsNamedWithItsLine() {
        let file = """
            # a comment
            journal:
              path: /var/lib/leadrelay/leadrelay.sqlite

            ingest:
              host: 127.0.0.1
              prot: 8080
            """
        #expect(
            problems(file: file) == ["leadrelay.yaml:7: unknown setting \"ingest.prot\"; did you mean \"ingest.port\"?"]
        )
    }

    @Test func unknownSectionIsToldOnce() {
        let file = "ingset:\n  port: 1\n  host: 127.0.0.1\n"
        #expect(problems(file: file) == ["leadrelay.yaml:1: unknown setting \"ingset\"; did you mean \"ingest\"?"])
    }

    @Test func keyThatNobodyCouldMeanGetsNoSuggestion() {
        let remedy = "remove it, or see the sample leadrelay.yaml for what there is"
        #expect(
            problems(file: "worker:\n  zebraCrossings: 1")
                == ["leadrelay.yaml:2: unknown setting \"worker.zebraCrossings\"; \(remedy)"]
        )
    }

    static let illTyped: [(file: String, problem: String)] = [
        ("ingest:\n  port: eighty", "2: ingest.port is \"eighty\"; write a whole number from 0 to 65535"),
        ("ingest:\n  port: 65536", "2: ingest.port is \"65536\"; write a whole number from 0 to 65535"),
        ("ingest:\n  port: 80.5", "2: ingest.port is \"80.5\"; write a whole number from 0 to 65535"),
        ("ingest:\n\n  port: [80]", "3: ingest.port is not usable; write a single value"),
        ("ingest:\n  host: {a: b}", "2: ingest.host is not usable; write a single value"),
        ("getresponse:\n  plan: Max", "2: getresponse.plan is \"Max\"; write standard or max"),
        ("getresponse:\n  hourlyCap: 0", "2: getresponse.hourlyCap is \"0\"; write a whole number from 1 to 1000000"),
        (
            "worker:\n  leaseDuration: 5s",
            "2: worker.leaseDuration is \"5s\"; write a duration from 12s to 1h, such as 30s, 5m, 6h or 2d"
        ),
        ("sync:\n  highIntentTags: hot", "2: sync.highIntentTags is not usable; write a list, such as [one, two]"),
        ("sync:\n  highIntentTags:\n  - hot\n  - [a]", "4: sync.highIntentTags is not usable; list plain words only"),
        (
            "optOut:\n  reasons: [unsubscribe,\n    complaints]",
            "3: optOut.reasons is \"complaints\"; write unsubscribe, complaint, blacklisted, bounce, user, api, "
                + "automation, cleaner or support"
        ),
        (
            "log:\n  level: loud",
            "2: log.level is \"loud\"; write trace, debug, info, notice, warning, error or critical"
        ),
        ("salesforce:\n  apiVersion: 59.0", "2: salesforce.apiVersion is \"59.0\"; write it like v59.0"),
        (
            "salesforce:\n  fields:\n    tags: Tags__c FROM Lead",
            "3: salesforce.fields.tags is \"Tags__c FROM Lead\"; write the API name of one field, such as "
                + "GetResponse_Contact_ID__c"
        ),
        (
            "sync:\n  status: |\n    two\n    lines\n",
            "2: sync.status is \"two\\nlines\\n\"; write it on one line, without control characters"
        ),
        ("ingest: 8080", "1: \"ingest\" is a section; put its settings beneath it, indented"),
    ]

    @Test(arguments: illTyped)
    func valueThatDoesNotFitIsNamedWithItsLine(file: String, problem: String) {
        #expect(problems(file: file) == ["leadrelay.yaml:\(problem)"])
    }

    @Test func keySetTwiceIsRefused() {
        #expect(
            problems(file: "ingest:\n  port: 1\ningest.port: 2")
                == ["leadrelay.yaml:3: \"ingest.port\" is set twice; remove one of them"]
        )
        #expect(
            problems(file: "log:\n  level: info\n  level: debug")
                == ["leadrelay.yaml:2: \"level\" is set twice; remove one of them"]
        )
    }

    @Test func brokenYAMLIsToldWithItsLineAndWithoutItsText() {
        let file = "ingest:\n  token: very-secret\n port: 80\n"
        let found = problems(file: file)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("leadrelay.yaml:3: this is not YAML that settings can be read from (") == true)
        #expect(found.first?.contains("very-secret") == false)
    }

    @Test(arguments: ["- ingest\n- worker\n", "just words"])
    func fileThatIsNoMappingIsRefused(text: String) {
        let reason = "it is not a list of keys with values"
        #expect(
            problems(file: text)
                == ["leadrelay.yaml:1: this is not YAML that settings can be read from (\(reason)); mend the line"]
        )
    }

    @Test func everythingWrongIsToldAtOnce() {
        let found = problems(
            file: "ingest:\n  prot: 1\n  maxQueued: many\nlog:\n  format: xml\n",
            environment: ["LEADRELAY_INGEST_PORT": "x", "LEADRELAY_INGEST_HOTS": "y"]
        )
        #expect(found.count == 5)
    }

    @Test func valuesThatContradictEachOtherAreRefused() {
        #expect(
            problems(file: "worker:\n  retryBase: 10m\n  retryCap: 5m")
                == ["worker.retryBase is 10m, which is longer than worker.retryCap (5m); make it shorter"]
        )
    }
}
