import Model
import Planning
import Testing

@Suite struct MemberRuleTests {
    private static let progress = MemberProgress(order: MemberProgress.standardOrder)
    private let campaign = "701000000000001AAA"

    private func member(_ id: String, _ status: String?) -> SalesforceRecord {
        SalesforceRecord(
            object: .campaignMember,
            id: id,
            fields: ["CampaignId": .string(campaign), "Status": status.map(FieldValue.string) ?? .null]
        )
    }

    private func change(to status: String, _ held: SalesforceRecord...) -> EffectIntent? {
        MemberRule.change(
            for: .init(campaignID: campaign, status: status),
            joiner: (.lead, "00Q000000000001AAA"),
            held: held,
            progress: Self.progress
        )
    }

    @Test func somebodyNewIsMadeAMember() {
        let intent = change(to: "Registered")
        #expect(intent?.target == .externalID(field: "CampaignId", value: campaign))
        #expect(intent?.fields == ["LeadId": "00Q000000000001AAA", "Status": "Registered"])
        let contact = MemberRule.change(
            for: .init(campaignID: campaign, status: "Registered"),
            joiner: (.contact, "003000000000001AAA"),
            held: [],
            progress: Self.progress
        )
        #expect(contact?.fields == ["ContactId": "003000000000001AAA", "Status": "Registered"])
    }

    /// Every pair of statuses, in both orders: forward is written, back and aside is not.
    @Test func statusNeverGoesBack() {
        let order = MemberProgress.standardOrder
        for (from, held) in order.enumerated() {
            for (to, wanted) in order.enumerated() {
                let intent = change(to: wanted, member("00v000000000001AAA", held.lowercased()))
                #expect((intent != nil) == (to > from), "\(held) to \(wanted)")
                if let intent {
                    #expect(intent.target == .record(id: "00v000000000001AAA"))
                    #expect(intent.fields == ["Status": .string(wanted)])
                    #expect(intent.before == ["Status": .string(held.lowercased())])
                }
            }
        }
    }

    @Test func statusOfSomebodyElsesChoiceStays() {
        #expect(change(to: "Attended", member("00v000000000001AAA", "Asked for a demo")) == nil)
    }

    @Test func memberWithoutStatusGetsOne() {
        #expect(change(to: "Registered", member("00v000000000001AAA", nil))?.fields == ["Status": "Registered"])
    }

    /// As a Lead and as a Contact: the one that is further on counts.
    @Test func ofTwoMembersTheOneFurtherOnCounts() {
        let lead = member("00v000000000001AAA", "Registered")
        let contact = member("00v000000000002AAA", "Attended")
        #expect(change(to: "Attended", lead, contact) == nil)
        #expect(change(to: "Attended", contact, lead) == nil)
        let same = member("00v000000000003AAA", "Registered")
        #expect(change(to: "Attended", same, lead)?.target == .record(id: lead.id))
    }

    /// Whatever order the wishes come in, the member ends with the furthest.
    @Test func everyOrderOfWishesEndsAlike() {
        let wishes = ["Registered", "Attended", "Sent", "Invited"]
        for first in wishes {
            for second in wishes where second != first {
                for third in wishes where ![first, second].contains(third) {
                    var held: String?
                    for wish in [first, second, third] {
                        let members = held.map { [member("00v000000000001AAA", $0)] } ?? []
                        let intent = MemberRule.change(
                            for: .init(campaignID: campaign, status: wish),
                            joiner: (.lead, "00Q000000000001AAA"),
                            held: members,
                            progress: Self.progress
                        )
                        if let status = intent?.fields["Status"]?.string { held = status }
                    }
                    let furthest = [first, second, third].max {
                        (Self.progress.rank(of: $0) ?? 0) < (Self.progress.rank(of: $1) ?? 0)
                    }
                    #expect(held == furthest)
                }
            }
        }
    }
}
