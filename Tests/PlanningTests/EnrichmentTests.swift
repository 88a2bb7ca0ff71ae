import Model
import Planning
import Testing

@Suite struct Enrichment {
    private let planner = Planner(policy: SyncPolicy())
    private let told = EventPayload(
        contact: ContactDetails(contactID: "xyz789abc", email: "jane.doe@acme.example", listID: "abc123def")
    )

    private func plan(
        _ records: SalesforceRecords,
        _ profile: ContactDetails? = .jane,
        isOptedOut: Bool = false
    ) -> Plan {
        planner.plan(.event(.enrich, told, records: records, profile: profile, isOptedOut: isOptedOut))
    }

    @Test func placeholdersGiveWayToTheProfile() {
        let lead = SalesforceRecord.ownLead([
            "LastName": "Unknown", "Company": "Acme.Example", "Email": "jane.doe@acme.example",
            "GetResponse_List_ID__c": "abc123def", "GetResponse_Subscription_Date__c": "2026-04-21T09:25:00.000+0000",
        ])
        let plan = plan(SalesforceRecords(leads: [lead]))
        #expect(plan.effects.map(\.kind) == [.leadUpdate])
        #expect(plan.effects.map(\.target) == [.record(id: lead.id)])
        #expect(
            plan.effects.first?.fields == [
                "FirstName": "Jane", "LastName": "Doe", "Company": "Acme Corporation", "Title": "VP of Engineering",
                "GetResponse_Tags__c": "webinar_registrant", "GetResponse_Subscription_Date__c": "2026-04-21T09:15:00Z",
            ]
        )
        #expect(!plan.needsEnrichment)
    }

    @Test func valuesOfSalesAreLeftAlone() {
        let lead = SalesforceRecord.ownLead([
            "FirstName": "Janet", "LastName": "Doe-Smith", "Company": "Acme Holdings", "Email": "janet@home.example",
            "GetResponse_List_ID__c": "other",
        ])
        let fields = plan(SalesforceRecords(leads: [lead])).effects.first?.fields ?? [:]
        #expect(Set(fields.keys) == ["Title", "GetResponse_Tags__c", "GetResponse_Subscription_Date__c"])
    }

    @Test func emptyProfileChangesNothing() {
        let empty = ContactDetails(contactID: "xyz789abc", name: nil, tags: [], customFields: [:])
        let lead = SalesforceRecord.ownLead([
            "LastName": "Unknown", "Company": "acme.example", "GetResponse_Tags__c": "a",
        ])
        let fields = plan(SalesforceRecords(leads: [lead]), empty).effects.first?.fields ?? [:]
        #expect(Set(fields.keys).isSubset(of: ["Email", "GetResponse_List_ID__c"]))
    }

    @Test func consentIsNeverPartOfIt() {
        let plan = plan(SalesforceRecords(leads: [.ownLead()], contacts: [.contact()]), isOptedOut: true)
        #expect(!plan.effects.isEmpty)
        #expect(plan.effects.allSatisfy { $0.fields["HasOptedOutOfEmail"] == nil })
        #expect(!plan.recordsOptOut)
    }

    @Test func nobodyIsCreated() {
        #expect(plan(SalesforceRecords()) == Plan(outcome: .noTarget))
    }

    @Test func secondEnrichmentFindsNothingToDo() {
        let records = SalesforceRecords(leads: [.ownLead(["LastName": "Unknown", "Company": "acme.example"])])
        let first = plan(records)
        #expect(!first.effects.isEmpty)
        #expect(plan(records.applying(first.effects)).effects.isEmpty)
    }
}
