import Model
import Planning
import Testing

@Suite struct OptOuts {
    private let planner = Planner(policy: SyncPolicy())
    private let flag: [String: FieldValue] = ["HasOptedOutOfEmail": true]

    private func plan(
        _ records: SalesforceRecords,
        action: Action = .unsubscribe,
        reason: String? = "unsubscribe"
    ) -> Plan {
        planner.plan(.event(action, EventPayload(contact: .jane, reason: reason), records: records))
    }

    @Test func everyRecordGetsTheFlagAloneAndFirst() {
        let plan = plan(
            SalesforceRecords(
                leads: [.ownLead(), .lead("00Q5", ["HasOptedOutOfEmail": true, "Status": "Working"])],
                contacts: [.contact("0031"), .contact("0032", ["HasOptedOutOfEmail": .null])]
            )
        )
        let flags = plan.effects.prefix(4)
        #expect(flags.map(\.kind) == [.optOutLead, .optOutLead, .optOutContact, .optOutContact])
        #expect(flags.map(\.target) == ["00Q000000000001AAA", "00Q5", "0031", "0032"].map { .record(id: $0) })
        #expect(flags.allSatisfy { $0.fields == flag && !$0.isBestEffort })
        #expect(flags.map { $0.before["HasOptedOutOfEmail"] } == [false, true, false, nil])
        let details = plan.effects.dropFirst(4)
        #expect(details.map(\.kind) == Array(repeating: .optOutDetails, count: 4))
        #expect(details.allSatisfy { $0.isBestEffort })
        let date: FieldValue = "2026-04-21T09:25:00Z"
        #expect(
            details.map(\.fields) == [
                ["Status": "Unsubscribed", "Last_Unsubscribe_Date__c": date],
                ["Status": "Unsubscribed", "Last_Unsubscribe_Date__c": date],
                ["Last_Unsubscribe_Date__c": date],
                ["Last_Unsubscribe_Date__c": date],
            ]
        )
        #expect(details.map { $0.before["Status"] } == [.null, "Working", nil, nil])
        #expect(plan.outcome == .applied)
        #expect(plan.recordsOptOut)
        #expect(!plan.needsEnrichment)
    }

    @Test func effectsOfOnePlanHaveDifferentKeys() {
        let effects = plan(SalesforceRecords(leads: [.ownLead(), .lead("00Q5")], contacts: [.contact()])).effects
        #expect(Set(effects.map(\.keySuffix)).count == effects.count)
    }

    @Test func convertedLeadIsFollowedAndNeverWritten() {
        let converted = SalesforceRecord.lead("00Q5", ["IsConverted": true, "ConvertedContactId": "0039"])
        let plan = plan(SalesforceRecords(leads: [converted]))
        #expect(plan.effects.map(\.target) == [.record(id: "0039"), .record(id: "0039")])
        #expect(plan.effects.map(\.kind) == [.optOutContact, .optOutDetails])
        #expect(plan.effects.map(\.before) == [[:], [:]])
    }

    @Test func contactFoundTwiceIsWrittenOnce() {
        let converted = SalesforceRecord.ownLead(["IsConverted": true, "ConvertedContactId": "003000000000001"])
        let plan = plan(SalesforceRecords(leads: [converted], contacts: [.contact("003000000000001AAA")]))
        #expect(plan.effects.filter { $0.kind == .optOutContact }.map(\.target) == [.record(id: "003000000000001AAA")])
    }

    @Test func personWithoutARecordIsRememberedAndNotCreated() {
        let plan = plan(SalesforceRecords())
        #expect(plan == Plan(outcome: .unknownPerson, recordsOptOut: true))
        let lost = SalesforceRecord.ownLead(["IsConverted": true])
        #expect(self.plan(SalesforceRecords(leads: [lost])).outcome == .unknownPerson)
        #expect(self.plan(SalesforceRecords(leads: [lost])).choice != nil)
    }

    @Test func leadOfSomebodyWhoseIDDiffersByCaseIsNotTouched() {
        let stranger = SalesforceRecord.lead(
            "00Q5",
            ["GetResponse_Contact_ID__c": "XYZ789abc", "Email": "eve@x.example"]
        )
        #expect(plan(SalesforceRecords(leads: [stranger])).effects.isEmpty)
    }

    @Test func removalCountsByItsReason() {
        let records = SalesforceRecords(leads: [.ownLead()])
        for reason in ["unsubscribe", "complaint", "blacklisted"] {
            let plan = plan(records, action: .removed, reason: reason)
            #expect(plan.recordsOptOut)
            #expect(plan.effects.first?.fields == flag)
        }
        for reason in ["bounce", "api", nil] {
            let plan = plan(records, action: .removed, reason: reason)
            #expect(!plan.recordsOptOut)
            #expect(plan.effects.isEmpty)
            guard case .ignored = plan.outcome else {
                Issue.record("A removal for \(reason ?? "no reason") was not ignored.")
                continue
            }
        }
    }

    @Test func fieldsThatTheOrgLacksAreLeftOut() {
        var policy = SyncPolicy()
        policy.fields.lastUnsubscribeDate = ""
        policy.unsubscribedStatus = ""
        let records = SalesforceRecords(leads: [.ownLead()], contacts: [.contact()])
        let effects = Planner(policy: policy).plan(.event(.unsubscribe, EventPayload(contact: .jane), records: records))
            .effects
        #expect(effects.map(\.kind) == [.optOutLead, .optOutContact])
    }

    @Test func queryOfAnOptOutAsksForNothingThatCouldHoldItUp() {
        #expect(
            planner.optOutLeadFields == [
                "Email", "HasOptedOutOfEmail", "IsConverted", "ConvertedContactId", "GetResponse_Contact_ID__c",
            ]
        )
        #expect(planner.optOutContactFields == ["Email", "HasOptedOutOfEmail"])
        #expect(Set(planner.leadFields).isSuperset(of: planner.optOutLeadFields))
        #expect(!planner.leadFields.contains("Last_Unsubscribe_Date__c"))
        #expect(!planner.leadFields.contains("GetResponse_Score__c"))
    }
}
