import Model
import Planning
import Testing

@Suite struct TagsApplied {
    private let planner = Planner(policy: SyncPolicy())

    private func plan(_ tag: String?, carried: [String]?, _ records: SalesforceRecords) -> Plan {
        var contact = ContactDetails.jane
        contact.tags = carried
        return planner.plan(.event(.tagApplied, EventPayload(contact: contact, tag: tag), records: records))
    }

    @Test func highIntentTagMakesTheLeadHot() {
        let records = SalesforceRecords(leads: [.ownLead(["GetResponse_Tags__c": "a", "Rating": "Cold"])])
        let plan = plan("demo_watched", carried: nil, records)
        #expect(plan.effects.map(\.fields) == [["GetResponse_Tags__c": "a, demo_watched", "Rating": "Hot"]])
        #expect(plan.effects.first?.before == ["GetResponse_Tags__c": "a", "Rating": "Cold"])
        #expect(self.plan("Demo_Watched", carried: nil, records).effects.first?.fields["Rating"] == "Hot")
        #expect(self.plan("other", carried: ["demo_watched"], records).effects.first?.fields["Rating"] == nil)
        #expect(self.plan(nil, carried: ["x", "demo_watched"], records).effects.first?.fields["Rating"] == "Hot")
    }

    @Test func carriedTagsReplaceTheHeldOnes() {
        let records = SalesforceRecords(leads: [.ownLead(["GetResponse_Tags__c": "old"])])
        #expect(plan("b", carried: ["a", "b"], records).effects.first?.fields["GetResponse_Tags__c"] == "a, b")
        #expect(plan("c", carried: ["a", "b"], records).effects.first?.fields["GetResponse_Tags__c"] == "a, b, c")
        #expect(plan("c", carried: [], records).effects.first?.fields["GetResponse_Tags__c"] == "old, c")
        let other = SalesforceRecords(leads: [
            .lead("00Q5", ["GetResponse_Contact_ID__c": "other", "GetResponse_Tags__c": "old"])
        ])
        #expect(plan("b", carried: ["a", "b"], other).effects.first?.fields["GetResponse_Tags__c"] == "old, a, b")
    }

    @Test func tagThatIsThereAlreadyChangesNothing() {
        let records = SalesforceRecords(leads: [.ownLead(["GetResponse_Tags__c": "a, demo_watched", "Rating": "Hot"])])
        #expect(plan("demo_watched", carried: nil, records) == Plan(outcome: .applied))
    }

    @Test func withoutALeadThereIsNoTarget() {
        #expect(plan("a", carried: nil, SalesforceRecords()).outcome == .noTarget)
        #expect(plan("a", carried: nil, SalesforceRecords()).effects.isEmpty)
        guard case .ignored = plan("a", carried: nil, SalesforceRecords(contacts: [.contact()])).outcome,
            case .ignored = plan(nil, carried: nil, SalesforceRecords(leads: [.ownLead()])).outcome
        else {
            Issue.record("A Contact has no tags, and no tag is nothing to apply.")
            return
        }
    }
}

@Suite struct OpensAndClicks {
    private let planner = Planner(policy: SyncPolicy())
    private let message = EventPayload.Message(id: "m1", name: "June news", subject: "Hello")
    private let link = EventPayload.Link(id: "l1", name: "Pricing", url: "https://example.com/pricing")

    private func input(
        _ action: Action,
        _ records: SalesforceRecords,
        at text: String = "2026-04-27T12:56:00Z"
    ) -> PlanningInput {
        .event(
            action,
            EventPayload(
                contact: .jane,
                message: message,
                link: action == .click ? link : nil,
                providerTime: Timestamp(text: text)
            ),
            records: records
        )
    }

    @Test func openMovesTheLastOpenAndLogsATask() throws {
        let plan = planner.plan(input(.open, SalesforceRecords(leads: [.ownLead()])))
        #expect(plan.effects.map(\.kind) == [.leadUpdate, .taskCreate])
        #expect(plan.effects.first?.fields == ["GetResponse_Last_Email_Opened__c": "2026-04-27T12:56:00Z"])
        let task = try #require(plan.effects.last)
        #expect(
            task.fields == [
                "WhoId": "00Q000000000001AAA", "Subject": "Email Open: June news (2026-04-27 12:56 UTC)",
                "Status": "Completed",
                "Priority": "Normal", "ActivityDate": "2026-04-27",
                "Description": "Opened: 2026-04-27T12:56:00Z\nMessage: June news\nMessage subject: Hello",
            ]
        )
    }

    @Test func lastOpenOnlyMovesForward() {
        for (held, isMoved) in [
            ("2026-04-27T12:55:59.000+0000", true), ("2026-04-27T12:56:00.000+0000", false),
            ("2026-04-28T00:00:00.000+0000", false),
        ] {
            let lead = SalesforceRecord.ownLead(["GetResponse_Last_Email_Opened__c": .string(held)])
            let kinds = planner.plan(input(.open, SalesforceRecords(leads: [lead]))).effects.map(\.kind)
            #expect(kinds == (isMoved ? [.leadUpdate, .taskCreate] : [.taskCreate]))
        }
    }

    @Test func clickNamesItsLink() {
        let plan = planner.plan(input(.click, SalesforceRecords(leads: [.ownLead()])))
        #expect(plan.effects.map(\.kind) == [.taskCreate])
        #expect(
            plan.effects.first?.fields["Subject"]
                == "Email Click: June news — https://example.com/pricing (2026-04-27 12:56 UTC)"
        )
        #expect(plan.effects.first?.fields["Description"]?.string?.contains("URL: https://example.com/pricing") == true)
    }

    @Test func longSubjectIsCut() {
        var click = input(.click, SalesforceRecords(leads: [.ownLead()]))
        click.payload.link?.url = "https://example.com/" + String(repeating: "x", count: 400)
        #expect(planner.plan(click).effects.first?.fields["Subject"]?.string?.count == 255)
        click.payload.link = nil
        click.payload.message = nil
        #expect(planner.plan(click).effects.first?.fields["Subject"] == "Email Click (2026-04-27 12:56 UTC)")
    }

    @Test func taskGoesToTheContactWhereTheLeadWasConverted() {
        let lead = SalesforceRecord.ownLead(["IsConverted": true, "ConvertedContactId": "0039"])
        let plan = planner.plan(input(.open, SalesforceRecords(leads: [lead], contacts: [.contact("0039")])))
        #expect(plan.effects.map(\.kind) == [.taskCreate])
        #expect(plan.effects.first?.fields["WhoId"] == "0039")
        #expect(planner.plan(input(.open, SalesforceRecords(leads: [lead]))).outcome == .noTarget)
        #expect(
            planner.plan(input(.open, SalesforceRecords(contacts: [.contact()]))).effects.map(\.kind) == [.taskCreate]
        )
        #expect(planner.plan(input(.open, SalesforceRecords())) == Plan(outcome: .noTarget))
    }

    @Test func tellingsOfOneClickShareATaskAndLaterClicksDoNot() {
        let records = SalesforceRecords(leads: [.ownLead()])
        func target(_ input: PlanningInput) -> EffectIntent.Target? {
            planner.plan(input).effects.last?.target
        }
        var first = input(.click, records)
        var second = input(.click, records, at: "2026-04-27T12:57:00Z")
        #expect(target(first) != target(second))
        #expect(target(first) == target(first))
        first.engagementKey = "k:1"
        second.engagementKey = "k:1"
        #expect(target(first) == target(second))
        second.payload.link = EventPayload.Link(id: "l2")
        #expect(target(first) != target(second))
        second.payload.link = first.payload.link
        second.person = Person(email: "eve@x.example")
        #expect(target(first) != target(second))
        second.person = first.person
        second.engagementKey = "k:2"
        #expect(target(first) != target(second))
        guard case .externalID("GetResponse_Event_Key__c", let value) = target(first) else {
            Issue.record("The Task has no key.")
            return
        }
        #expect(value.count == 40)
    }

    @Test func engagementIsThePersonTheMessageAndTheLink() {
        let jane = Person(email: "jane@x.example")
        func key(_ person: Person?, _ message: EventPayload.Message?, _ link: EventPayload.Link?) -> String {
            EngagementKey.clickKey(person: person, message: message, link: link)
        }
        let base = key(jane, message, link)
        #expect(base == key(Person(email: " JANE@x.example"), .init(id: "m1"), .init(id: "l1", url: "other")))
        #expect(base != key(Person(email: "eve@x.example"), message, link))
        #expect(base != key(jane, .init(id: "m2"), link))
        #expect(base != key(jane, message, .init(id: "l2")))
        #expect(key(jane, nil, .init(url: "a")) != key(jane, nil, .init(url: "b")))
        #expect(EngagementKey.openKey(person: jane, message: message) != key(jane, message, nil))
        let payload = EventPayload(contact: .jane, message: message, link: link)
        #expect(EngagementKey.key(action: .click, person: jane, payload: payload) == base)
        #expect(EngagementKey.key(action: .subscribe, person: jane, payload: payload) == nil)
    }

    @Test(arguments: ["survey", "goal", "contact_moved", "unknown"])
    func anythingElseIsIgnored(action: String) {
        let plan = planner.plan(input(Action(rawValue: action), SalesforceRecords(leads: [.ownLead()])))
        #expect(plan.effects.isEmpty)
        guard case .ignored(let reason) = plan.outcome else {
            Issue.record("\(action) was not ignored.")
            return
        }
        #expect(reason.contains(action))
    }
}
