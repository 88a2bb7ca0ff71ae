import Model
import Planning
import Testing

@Suite struct CampaignRuleTests {
    private func planner(_ rules: CampaignRule...) -> Planner {
        var policy = SyncPolicy()
        policy.campaigns = rules
        return Planner(policy: policy)
    }

    private let spring = "701000000000001AAA"
    private let autumn = "701000000000002AAA"

    @Test func joiningTheListRegistersTheNewLead() {
        let plan = planner(CampaignRule(list: "abc123def", campaign: spring)).plan(.subscribe())
        #expect(plan.effects.map(\.kind) == [.leadUpsert])
        #expect(
            plan.enrolment
                == Enrolment(
                    memberships: [.init(campaignID: spring, status: "Registered")],
                    joiner: .createdLead,
                    leadIDs: [],
                    contactIDs: []
                )
        )
    }

    @Test func joiningAnotherListDoesNot() {
        #expect(planner(CampaignRule(list: "other", campaign: spring)).plan(.subscribe()).enrolment == nil)
        #expect(planner().plan(.subscribe()).enrolment == nil)
    }

    /// A rule that names nothing would take everybody in.
    @Test func ruleThatNamesNobodyTakesNobodyIn() {
        #expect(planner(CampaignRule(campaign: spring)).plan(.subscribe()).enrolment == nil)
    }

    @Test func originAndListTogetherMeanBoth() {
        var jane = ContactDetails.jane
        let rule = CampaignRule(list: "abc123def", origin: "Webinar", campaign: spring)
        #expect(planner(rule).plan(.subscribe(jane)).enrolment == nil)
        jane.origin = "webinar"
        #expect(planner(rule).plan(.subscribe(jane)).enrolment != nil)
    }

    /// The callback does not say how the contact came: the fetch does.
    @Test func originIsFetchedWhereARuleNeedsIt() {
        let planner = planner(CampaignRule(origin: "webinar", campaign: spring))
        #expect(planner.plan(.subscribe()).needsEnrichment)
        var profile = ContactDetails.jane
        profile.origin = "webinar"
        let lead = SalesforceRecord.lead("00Q000000000001AAA", ["GetResponse_Contact_ID__c": "xyz789abc"])
        let found = planner.plan(
            .event(.enrich, EventPayload(contact: .jane), records: SalesforceRecords(leads: [lead]), profile: profile)
        )
        #expect(found.enrolment?.joiner == .lead(id: lead.id))
        #expect(found.enrolment?.leadIDs == [lead.id])
    }

    @Test func listAloneIsToldOnceByTheSubscribe() {
        let lead = SalesforceRecord.lead("00Q000000000001AAA", ["GetResponse_Contact_ID__c": "xyz789abc"])
        let planner = planner(CampaignRule(list: "abc123def", campaign: spring))
        for action in [Action.enrich, .open, .click, .tagApplied, .customFieldChanged] {
            let plan = planner.plan(
                .event(
                    action,
                    EventPayload(contact: .jane, tag: "any"),
                    records: SalesforceRecords(leads: [lead]),
                    profile: .jane
                )
            )
            #expect(plan.enrolment == nil, "\(action)")
        }
    }

    @Test func tagRegistersWhoeverGetsIt() {
        let lead = SalesforceRecord.lead("00Q000000000001AAA", ["GetResponse_Contact_ID__c": "xyz789abc"])
        let planner = planner(CampaignRule(tag: "webinar_ATTENDED", campaign: spring, status: "Attended"))
        let payload = EventPayload(contact: .jane, tag: "webinar_attended")
        let plan = planner.plan(.event(.tagApplied, payload, records: SalesforceRecords(leads: [lead])))
        #expect(plan.enrolment?.memberships == [.init(campaignID: spring, status: "Attended")])
        // Nobody to join: the tag waits for its person.
        let orphan = planner.plan(.event(.tagApplied, payload))
        #expect(orphan.outcome == .noTarget && orphan.enrolment == nil)
    }

    /// Tags and rating are a Lead's, a membership is not.
    @Test func contactJoinsByTagAsWell() {
        let contact = SalesforceRecord(
            object: .contact,
            id: "003000000000001AAA",
            fields: ["Email": "jane.doe@acme.example", "HasOptedOutOfEmail": false, "LastName": "Doe"]
        )
        let plan = planner(CampaignRule(tag: "demo", campaign: spring)).plan(
            .event(
                .tagApplied,
                EventPayload(contact: .jane, tag: "demo"),
                records: SalesforceRecords(contacts: [contact])
            )
        )
        #expect(plan.enrolment?.joiner == .contact(id: contact.id))
    }

    @Test func convertedLeadJoinsAsItsContact() {
        let lead = SalesforceRecord.lead(
            "00Q000000000001AAA",
            [
                "GetResponse_Contact_ID__c": "xyz789abc", "IsConverted": true,
                "ConvertedContactId": "003000000000001AAA",
            ]
        )
        let enrolment = planner(CampaignRule(list: "abc123def", campaign: spring))
            .plan(.subscribe(records: SalesforceRecords(leads: [lead], contacts: [.contact()]))).enrolment
        #expect(enrolment?.joiner == .contact(id: "003000000000001AAA"))
        #expect(enrolment?.leadIDs == [lead.id])
        #expect(enrolment?.contactIDs == ["003000000000001AAA"])
    }

    @Test func contactThatIsLeftAloneJoinsNothing() {
        let contact = SalesforceRecord(
            object: .contact,
            id: "003000000000001AAA",
            fields: ["Email": "jane.doe@acme.example", "HasOptedOutOfEmail": false, "LastName": "Doe"]
        )
        var policy = SyncPolicy()
        policy.campaigns = [CampaignRule(list: "abc123def", campaign: spring)]
        policy.existingContact = .ignore
        let records = SalesforceRecords(contacts: [contact])
        #expect(Planner(policy: policy).plan(.subscribe(records: records)).enrolment == nil)
        policy.existingContact = .update
        #expect(
            Planner(policy: policy).plan(.subscribe(records: records)).enrolment?.joiner == .contact(id: contact.id)
        )
    }

    @Test func rulesOfOneCampaignAreOneMembershipWithTheFurtherStatus() {
        let rules = [
            CampaignRule(list: "abc123def", campaign: spring, status: "Attended"),
            CampaignRule(tag: "webinar_registrant", campaign: spring, status: "Registered"),
            CampaignRule(list: "abc123def", campaign: autumn, status: "Invited"),
        ]
        var policy = SyncPolicy()
        for order in [rules, rules.reversed()] {
            policy.campaigns = order
            let memberships = Planner(policy: policy).plan(.subscribe()).enrolment?.memberships ?? []
            #expect(
                memberships.sorted { $0.campaignID < $1.campaignID } == [
                    .init(campaignID: spring, status: "Attended"), .init(campaignID: autumn, status: "Invited"),
                ]
            )
        }
    }

    @Test func optOutJoinsNothing() {
        let planner = planner(CampaignRule(list: "abc123def", campaign: spring))
        #expect(planner.plan(.event(.unsubscribe, EventPayload(contact: .jane))).enrolment == nil)
    }

    @Test func versionChangesWithTheRules() {
        var policy = SyncPolicy()
        let plain = policy.version
        policy.campaigns = [CampaignRule(list: "abc123def", campaign: spring)]
        #expect(policy.version != plain)
    }
}
