import Model
import Planning
import Testing

/// What the org says of its fields decides what is planned.
@Suite struct FieldRoomTests {
    private func planner(
        _ rooms: (field: String, length: Int, takesParts: Bool)...,
        object: SalesforceObject = .lead
    )
        -> Planner
    {
        var org = OrgFields()
        for room in rooms {
            org.set(OrgFields.Room(length: room.length, takesParts: room.takesParts), of: room.field, in: object)
        }
        return Planner(policy: SyncPolicy(), org: org)
    }

    private func subscribe(
        _ change: (inout ContactDetails) -> Void = { _ in },
        records: SalesforceRecords? = nil
    )
        -> PlanningInput
    {
        var details = ContactDetails.jane
        change(&details)
        return .event(.subscribe, EventPayload(contact: details), records: records ?? SalesforceRecords())
    }

    @Test(arguments: [
        ("VP of Engineering", 5, "VP of"), ("VP of Engineering", 3, "VP"),
        ("VP of Engineering", 17, "VP of Engineering"),
        ("a👩‍👩‍👧b", 3, "a"), ("Łódź", 3, "Łód"), ("e\u{301}e\u{301}", 3, "e\u{301}"),
    ])
    func textIsCutAtTheEndOfACharacter(title: String, length: Int, cut: String) throws {
        let plan = planner(("title", length, true)).plan(subscribe { $0.customFields?["job_title"] = [title] })
        let effect = try #require(plan.effects.first)
        #expect(effect.fields["Title"] == .string(cut))
        #expect(effect.shortened == (cut == title ? [] : ["Title"]))
    }

    @Test func whatTheRecordHoldsCutIsNotWrittenAgain() {
        let planner = planner(("Title", 5, true))
        let held = SalesforceRecord(
            object: .lead,
            id: "00Q000000000001AAA",
            fields: planner.plan(subscribe()).effects[0].fields.merging(
                ["GetResponse_Contact_ID__c": "xyz789abc", "IsConverted": false, "HasOptedOutOfEmail": false]
            ) { $1 }
        )
        #expect(planner.plan(subscribe(records: SalesforceRecords(leads: [held]))).effects.isEmpty)
    }

    @Test(arguments: [
        (12, "one, two", true), (8, "one, two", true), (7, "one", true), (2, "on", true),
        (15, "one, two, three", false),
    ])
    func tagsEndAfterAWholeTag(length: Int, text: String, isShortened: Bool) throws {
        let plan = planner(("GetResponse_Tags__c", length, true)).plan(subscribe { $0.tags = ["one", "two", "three"] })
        let effect = try #require(plan.effects.first)
        #expect(effect.fields["GetResponse_Tags__c"] == .string(text))
        #expect(effect.shortened.contains("GetResponse_Tags__c") == isShortened)
    }

    @Test func longTextAreaTakesMoreTagsThanTheGuides() throws {
        let tags = (1...100).map { "a tag with the number \($0)" }
        let input = subscribe { $0.tags = tags }
        let guides = try #require(planner().plan(input).effects.first)
        #expect(guides.fields["GetResponse_Tags__c"]?.string?.utf16.count ?? 0 <= 255)
        #expect(guides.shortened == ["GetResponse_Tags__c"])
        let long = try #require(planner(("GetResponse_Tags__c", 32_768, true)).plan(input).effects.first)
        #expect(TagsRule.tags(in: long.fields["GetResponse_Tags__c"]?.string) == tags)
        #expect(long.shortened.isEmpty)
    }

    /// Half an address is somebody else's, half an id another list's, and half a picklist's value none at all.
    @Test(arguments: ["Email", "GetResponse_List_ID__c", "LeadSource"])
    func whatIsWorthNothingInPartIsLeftOut(field: String) throws {
        let effect = try #require(planner((field, 4, false)).plan(subscribe()).effects.first)
        #expect(effect.fields[field] == nil)
        #expect(effect.shortened == [field])
        #expect(effect.fields["LastName"] == "Doe")
    }

    @Test func fieldsOfATaskFit() throws {
        let lead = SalesforceRecord(object: .lead, id: "00Q000000000001AAA", fields: ["Email": "jane.doe@acme.example"])
        let payload = EventPayload(
            contact: .jane,
            message: .init(id: "M1", name: String(repeating: "news ", count: 80))
        )
        let input = PlanningInput.event(.open, payload, records: SalesforceRecords(leads: [lead]))
        let task = try #require(planner().plan(input).effects.last)
        #expect(task.fields["Subject"]?.string?.utf16.count ?? 0 <= 255)
        #expect(task.shortened == ["Subject"])
        let shorter = try #require(planner(("Subject", 12, true), object: .task).plan(input).effects.last)
        #expect(shorter.fields["Subject"] == "Email Open:")
    }

    @Test func optionalFieldThatTheOrgLacksIsNotPlanned() {
        let lead = SalesforceRecord(object: .lead, id: "00Q000000000001AAA", fields: ["Email": "jane.doe@acme.example"])
        var org = OrgFields()
        org.leaveOut("last_unsubscribe_date__c", of: .lead)
        let input = PlanningInput.event(
            .unsubscribe,
            EventPayload(contact: .jane),
            records: SalesforceRecords(leads: [lead])
        )
        let plan = Planner(policy: SyncPolicy(), org: org).plan(input)
        #expect(plan.effects.map(\.kind) == [.optOutLead, .optOutDetails])
        #expect(plan.effects.last?.fields == ["Status": "Unsubscribed"])
    }

    /// Events that share a write tell together what was cut in it.
    @Test func sharedWriteTellsOfAllItsCuts() {
        let planner = planner(("Title", 5, true), ("GetResponse_Tags__c", 8, true))
        let tag = PlanningInput.event(.tagApplied, EventPayload(contact: .jane, tag: "a long tag"))
        let group = planner.plan(group: [subscribe(), tag])
        #expect(group.effects.map(\.intent.shortened) == [["Title", "GetResponse_Tags__c"]])
    }
}
