import Diagnostics
import Model
import Sandbox
import Testing

/// What `doctor` says of the campaigns that people are put into.
@Suite(.timeLimit(.minutes(1))) struct DoctorCampaignTests {
    @Test func campaignWithEveryStatusIsFine() async throws {
        try await DoctorOrg.with { org in
            let campaign = try org.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            org.salesforce.addMemberStatus("Registered", to: campaign)
            let findings = await org.findings(campaigns: [campaign: ["registered"]])
            #expect(findings.allSatisfy { $0.verdict == .ok })
            #expect(
                findings.contains {
                    $0.finding == "The campaign Spring webinar (\(campaign)) has every member status in use."
                }
            )
            #expect(findings.contains { $0.check == "salesforce.object.CampaignMember" })
        }
    }

    @Test func campaignStatusMissing() async throws {
        try await DoctorOrg.with { org in
            let campaign = try org.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            org.salesforce.addMemberStatus("Registered", to: campaign)
            #expect(
                await org.troubles(campaigns: [campaign: ["Registered", "Attended"]]) == [
                    Finding(
                        check: "salesforce.campaign.\(campaign)",
                        verdict: .failed,
                        finding: "The campaign Spring webinar (\(campaign)) has no member status “Attended”; it has "
                            + "Registered, Responded, Sent.",
                        remedy: "Add “Attended” under Edit Statuses on the campaign's page, or change sync.campaigns."
                    )
                ]
            )
        }
    }

    @Test func campaignGone() async throws {
        try await DoctorOrg.with { org in
            let troubles = await org.troubles(campaigns: ["701000000000001AAA": ["Registered"]])
            #expect(troubles.map(\.finding) == ["The app's user sees no campaign 701000000000001AAA."])
            #expect(troubles.first?.remedy?.contains("sync.campaigns") == true)
        }
    }

    @Test func membersThatMayNotBeWritten() async throws {
        try await DoctorOrg.with { org in
            let campaign = try org.salesforce.insert("Campaign", ["Name": "Spring webinar"])
            org.salesforce.addMemberStatus("Registered", to: campaign)
            org.salesforce.setAccess(.readOnly, to: "CampaignMember")
            let troubles = await org.troubles(campaigns: [campaign: ["Registered"]])
            #expect(troubles.map(\.check) == ["salesforce.object.CampaignMember"])
            #expect(troubles.first?.remedy?.contains("Marketing User") == true)
        }
    }
}
