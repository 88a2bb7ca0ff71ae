import Planning
import Testing

@testable import leadrelay

@Suite("The setting sync.campaigns")
struct SettingsCampaignTests {
    @Test func entriesAreRules() throws {
        let loaded = try settings(
            file: """
                sync:
                  campaigns:
                    - {list: abc123def, campaign: 701000000000001AAA, status: Attended}
                    - origin: webinar
                      tag: spring
                      campaign: 701000000000002
                """
        )
        #expect(
            loaded.sync.campaigns == [
                CampaignRule(list: "abc123def", campaign: "701000000000001AAA", status: "Attended"),
                CampaignRule(origin: "webinar", tag: "spring", campaign: "701000000000002", status: "Registered"),
            ]
        )
        #expect(loaded.syncPolicy.campaigns == loaded.sync.campaigns)
    }

    @Test(arguments: [
        ("[{list: a}]", "give each entry a value for campaign"),
        ("[{list: a, campaign: 00Q000000000001AAA}]", "begins with 701"),
        ("[{lists: a, campaign: 701000000000001AAA}]", "did you mean \"list\"?"),
        ("[{list: [a], campaign: 701000000000001AAA}]", "write a single value"),
        ("[abc123def]", "write each entry as {campaign: …}"),
        ("abc123def", "write a list"),
        ("[{campaign: 701000000000001AAA}]", "names nobody"),
        ("[{list: a, campaign: 701000000000001AAA, status: Joined}]", "not in sync.memberStatuses"),
    ])
    func whatIsWrongIsSaid(entries: String, problem: String) {
        #expect {
            try settings(file: "sync:\n  campaigns: \(entries)\n")
        } throws: {
            "\($0)".contains(problem)
        }
    }

    @Test func faultsOfEntriesNameTheLine() {
        #expect {
            try settings(
                file: """
                    sync:
                      campaigns:
                        - {list: a, campaign: 701000000000001AAA}
                        - {list: b, campaign: nonsense}
                    """
            )
        } throws: {
            "\($0)".contains(":4: sync.campaigns.campaign")
        }
    }

    @Test func environmentCannotHoldThem() {
        #expect {
            try settings(environment: ["LEADRELAY_SYNC_CAMPAIGNS": "x"])
        } throws: {
            "\($0)".contains("LEADRELAY_SYNC_CAMPAIGNS is not read; set sync.campaigns in the settings file")
        }
    }
}
