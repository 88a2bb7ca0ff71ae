import Model
import Planning
import Testing

@Suite struct NewLeads {
    private let planner = Planner(policy: SyncPolicy())

    @Test func guidesCallbackBecomesTheGuidesLead() {
        let plan = planner.plan(.subscribe())
        #expect(
            plan
                == Plan(
                    effects: [
                        EffectIntent(
                            kind: .leadUpsert,
                            object: .lead,
                            target: .externalID(field: "GetResponse_Contact_ID__c", value: "xyz789abc"),
                            fields: [
                                "FirstName": "Jane",
                                "LastName": "Doe",
                                "Email": "jane.doe@acme.example",
                                "Company": "Acme Corporation",
                                "Title": "VP of Engineering",
                                "LeadSource": "Email Marketing",
                                "Status": "Open - Not Contacted",
                                "GetResponse_List_ID__c": "abc123def",
                                "GetResponse_Tags__c": "webinar_registrant",
                                "GetResponse_Subscription_Date__c": "2026-04-21T09:15:00Z",
                            ],
                            isCreation: true
                        )
                    ],
                    outcome: .applied
                )
        )
    }

    @Test func queryCallbackGivesALeadAtOnceAndAsksForTheRest() {
        let plan = planner.plan(
            .subscribe(ContactDetails(contactID: "pV3r", email: "madonna@Example.com", name: "Madonna", listID: "L"))
        )
        #expect(plan.needsEnrichment)
        #expect(
            plan.effects.map(\.fields) == [
                [
                    "LastName": "Madonna", "Email": "madonna@Example.com", "Company": "example.com",
                    "LeadSource": "Email Marketing", "Status": "Open - Not Contacted", "GetResponse_List_ID__c": "L",
                    "GetResponse_Subscription_Date__c": "2026-04-21T09:25:00Z",
                ]
            ]
        )
    }

    @Test func enrichmentIsAskedForWhereAnythingMappedIsMissing() {
        let losses: [(inout ContactDetails) -> Void] = [
            { $0.customFields = nil }, { $0.tags = nil }, { $0.name = nil }, { $0.createdOn = nil },
        ]
        for loss in losses {
            var contact = ContactDetails.jane
            loss(&contact)
            #expect(planner.plan(.subscribe(contact)).needsEnrichment)
            #expect(planner.plan(.subscribe(contact, records: SalesforceRecords(leads: [.ownLead()]))).needsEnrichment)
            contact.contactID = nil
            #expect(!planner.plan(.subscribe(contact)).needsEnrichment)
        }
        var empty = ContactDetails.jane
        empty.customFields = [:]
        empty.tags = []
        #expect(!planner.plan(.subscribe(empty)).needsEnrichment)
    }

    @Test func optOutOfThePersonIsOnTheNewLeadFromTheStart() {
        let fields = planner.plan(.subscribe(isOptedOut: true)).effects.first?.fields
        #expect(fields?["HasOptedOutOfEmail"] == true)
    }

    @Test func withoutAContactIDALeadIsInserted() {
        var contact = ContactDetails.jane
        contact.contactID = nil
        #expect(planner.plan(.subscribe(contact)).effects.map(\.target) == [.new])
    }

    @Test func titleAndPlaceholdersFollowThePolicy() {
        var policy = SyncPolicy()
        policy.namePlaceholder = "Unknown"
        policy.titleField = "position"
        policy.fields.tags = ""
        var contact = ContactDetails.jane
        contact.name = "Dr. Madonna"
        contact.customFields = ["position": ["", "Singer"]]
        let fields = Planner(policy: policy).plan(.subscribe(contact)).effects.first?.fields ?? [:]
        #expect(fields["Salutation"] == "Dr.")
        #expect(fields["FirstName"] == "Unknown")
        #expect(fields["Title"] == "Singer")
        #expect(fields["Company"] == "acme.example")
        #expect(fields["GetResponse_Tags__c"] == nil)
        #expect(fields[""] == nil)
    }

    @Test func whatSalesforceCannotHoldIsLeftOut() {
        var contact = ContactDetails.jane
        contact.email = String(repeating: "a", count: 80) + "@acme.example"
        contact.listID = String(repeating: "l", count: 51)
        contact.customFields = ["job_title": [String(repeating: "t", count: 200)]]
        let fields = planner.plan(.subscribe(contact)).effects.first?.fields ?? [:]
        #expect(fields["Email"] == nil)
        #expect(fields["Company"] == "acme.example")
        #expect(fields["GetResponse_List_ID__c"] == nil)
        #expect(fields["Title"]?.string?.count == 128)
    }

    @Test func convertedLeadWhoseContactIsGoneMakesRoomForALeadWithoutItsKey() {
        let lead = SalesforceRecord.ownLead(["IsConverted": true])
        let plan = planner.plan(.subscribe(records: SalesforceRecords(leads: [lead])))
        #expect(plan.effects.map(\.target) == [.new])
        #expect(plan.effects.first?.fields["GetResponse_Contact_ID__c"] == nil)
        #expect(plan.choice != nil)
        // The next one finds it, and leaves the key where it is.
        let new = SalesforceRecord.lead("00Q8", plan.effects.first?.fields ?? [:])
        let again = planner.plan(.subscribe(records: SalesforceRecords(leads: [lead, new])))
        #expect(again.effects.isEmpty)
    }
}

@Suite struct ExistingLeads {
    private let planner = Planner(policy: SyncPolicy())

    private func effects(
        _ contact: ContactDetails = .jane,
        _ lead: SalesforceRecord,
        isOptedOut: Bool = false
    ) -> [EffectIntent] {
        planner.plan(.subscribe(contact, records: SalesforceRecords(leads: [lead]), isOptedOut: isOptedOut)).effects
    }

    @Test func ownLeadIsUpsertedWithoutWhatOnlyANewLeadGets() throws {
        let effect = try #require(effects(.jane, .ownLead(["LastName": "Old", "Status": "Working"])).first)
        #expect(effect.kind == .leadUpsert)
        #expect(effect.target == .externalID(field: "GetResponse_Contact_ID__c", value: "xyz789abc"))
        #expect(effect.fields["LastName"] == "Doe")
        #expect(effect.fields["Status"] == nil)
        #expect(effect.fields["LeadSource"] == nil)
        #expect(effect.fields["GetResponse_Contact_ID__c"] == nil)
        #expect(effect.before["LastName"] == "Old")
        #expect(Set(effect.before.keys) == Set(effect.fields.keys))
    }

    @Test func leadThatHoldsAllOfItIsNotWritten() {
        let lead = SalesforceRecord.ownLead([
            "FirstName": "Jane", "LastName": "Doe", "Email": "Jane.Doe@acme.example", "Company": "Acme Corporation ",
            "Title": "VP of Engineering", "GetResponse_List_ID__c": "abc123def",
            "GetResponse_Tags__c": "webinar_registrant",
            "GetResponse_Subscription_Date__c": "2026-04-21T09:15:00.000+0000",
        ])
        let plan = planner.plan(.subscribe(records: SalesforceRecords(leads: [lead])))
        #expect(plan.effects.isEmpty)
        #expect(plan.outcome == .applied)
    }

    @Test func placeholderNeverReplacesAValue() {
        let bare = ContactDetails(contactID: "xyz789abc", email: "jane.doe@acme.example", listID: "new")
        let lead = SalesforceRecord.ownLead([
            "FirstName": "Jane", "Email": "jane.doe@acme.example",
            "GetResponse_Subscription_Date__c": "2020-01-01T00:00:00.000+0000", "GetResponse_Tags__c": "old",
        ])
        #expect(
            effects(bare, lead).map(\.fields) == [["Email": "jane.doe@acme.example", "GetResponse_List_ID__c": "new"]]
        )
    }

    @Test func singleNameDoesNotGarbleAFullOne() {
        var contact = ContactDetails.jane
        contact.name = "jane"
        let full = SalesforceRecord.ownLead(["FirstName": "Jane", "LastName": "Doe"])
        #expect(effects(contact, full).first?.fields["LastName"] == nil)
        #expect(effects(contact, .ownLead(["LastName": "Unknown"])).first?.fields["LastName"] == "jane")
        #expect(effects(contact, .ownLead(["LastName": "Doe"])).first?.fields["LastName"] == "jane")
    }

    @Test func otherLeadIsAdoptedByRecordIDAndStampedOnlyWhereItIsFree() throws {
        let free = try #require(effects(.jane, .lead("00Q5", ["Email": "JANE.DOE@acme.example"])).first)
        #expect(free.kind == .leadUpdate)
        #expect(free.target == .record(id: "00Q5"))
        #expect(free.fields["GetResponse_Contact_ID__c"] == "xyz789abc")
        #expect(free.fields["Email"] == nil, "it differs by case alone")
        #expect(free.fields["LastName"] == nil, "it is the same")
        #expect(free.fields["Title"] == "VP of Engineering")
        let taken = try #require(effects(.jane, .lead("00Q5", ["GetResponse_Contact_ID__c": "other"])).first)
        #expect(taken.fields["GetResponse_Contact_ID__c"] == nil)
    }

    @Test func tagsOfThePersonsOtherContactAreKept() {
        let lead = SalesforceRecord.lead("00Q5", ["GetResponse_Contact_ID__c": "other", "GetResponse_Tags__c": "a, b"])
        #expect(effects(.jane, lead).first?.fields["GetResponse_Tags__c"] == "a, b, webinar_registrant")
        let own = SalesforceRecord.ownLead(["GetResponse_Tags__c": "a, b"])
        #expect(effects(.jane, own).first?.fields["GetResponse_Tags__c"] == "webinar_registrant")
    }

    @Test func secondLeadWithTheSameIDIsAvoidedByTheRecordID() {
        let twins = [SalesforceRecord.ownLead(), .lead("00Q9", ["GetResponse_Contact_ID__c": "xyz789abc"])]
        let plan = planner.plan(.subscribe(records: SalesforceRecords(leads: twins)))
        #expect(plan.effects.map(\.target) == [.record(id: "00Q000000000001AAA")])
        #expect(plan.choice != nil)
    }

    /// One that can't be read may say no as well.
    @Test func flagThatIsMissingOnARecordIsSetFirst() throws {
        let records = SalesforceRecords(
            leads: [.ownLead(), .lead("00Q2", ["HasOptedOutOfEmail": true])],
            contacts: [.contact("0031"), .contact("0032", ["HasOptedOutOfEmail": .null])]
        )
        let effects = planner.plan(.subscribe(records: records, isOptedOut: true)).effects
        #expect(effects.map(\.kind) == [.optOutLead, .optOutContact, .optOutContact, .leadUpsert])
        #expect(effects.prefix(3).allSatisfy { $0.fields == ["HasOptedOutOfEmail": true] })
        #expect(effects.last?.fields["HasOptedOutOfEmail"] == nil)
    }

    @Test func leadWithAnotherAddressIsNotClaimed() {
        let fields = effects(.jane, .lead("00Q5", ["Email": "third@acme.example"])).first?.fields
        #expect(fields?["Title"] != nil)
        #expect(fields?["GetResponse_Contact_ID__c"] == nil)
        #expect(fields?["Email"] == nil)
    }

    @Test func changedAddressGoesToTheLeadThatHadTheOldOne() {
        let payload = EventPayload(
            contact: ContactDetails(contactID: "xyz789abc", email: "new@acme.example"),
            previousEmail: "Old@acme.example"
        )
        func fields(_ lead: SalesforceRecord) -> [String: FieldValue]? {
            planner.plan(.event(.emailChanged, payload, records: SalesforceRecords(leads: [lead]))).effects.first?
                .fields
        }
        #expect(fields(.ownLead(["Email": "old@acme.example"]))?["Email"] == "new@acme.example")
        #expect(fields(.lead("00Q5", ["Email": "old@acme.example"]))?["Email"] == "new@acme.example")
        #expect(fields(.lead("00Q5", ["Email": "third@acme.example"])) == nil)
    }

    @Test func changeOfSomebodyUnknownCreatesNothing() {
        for action in [Action.emailChanged, .customFieldChanged] {
            let plan = planner.plan(.event(action, EventPayload(contact: .jane)))
            #expect(plan.effects.isEmpty)
            #expect(plan.outcome == .noTarget)
            #expect(!plan.needsEnrichment)
        }
    }
}

@Suite struct ExistingContacts {
    private func plan(_ existing: ExistingContactPolicy, _ contact: SalesforceRecord = .contact()) -> Plan {
        var policy = SyncPolicy()
        policy.existingContact = existing
        return Planner(policy: policy).plan(.subscribe(records: SalesforceRecords(contacts: [contact])))
    }

    @Test func onlyGapsOfAContactAreFilled() {
        let plan = plan(.update)
        #expect(plan.effects.map(\.kind) == [.contactUpdate])
        #expect(plan.effects.first?.fields == ["FirstName": "Jane", "Title": "VP of Engineering"])
        let full = SalesforceRecord.contact("0031", ["FirstName": "J.", "Title": "CTO"])
        #expect(self.plan(.update, full) == Plan(outcome: .applied))
        let married = SalesforceRecord.contact("0031", ["LastName": "Smith", "Title": "CTO"])
        #expect(self.plan(.update, married).effects.isEmpty)
    }

    @Test func policySaysWhetherALeadIsMadeToo() {
        #expect(plan(.alsoLead).effects.map(\.kind) == [.contactUpdate, .leadUpsert])
        guard case .ignored = plan(.ignore).outcome else {
            Issue.record("The Contact was to be left alone.")
            return
        }
        #expect(plan(.ignore).effects.isEmpty)
    }

    @Test func contactOfTheOwnConvertedLeadIsUpdatedWhateverThePolicy() {
        let lead = SalesforceRecord.ownLead(["IsConverted": true, "ConvertedContactId": "003000000000001AAA"])
        for existing in ExistingContactPolicy.allCases {
            var policy = SyncPolicy()
            policy.existingContact = existing
            let records = SalesforceRecords(leads: [lead], contacts: [.contact()])
            let plan = Planner(policy: policy).plan(.subscribe(records: records))
            #expect(plan.effects.map(\.target) == [.record(id: "003000000000001AAA")])
            #expect(plan.effects.map(\.kind) == [.contactUpdate])
        }
    }
}
