import Journal
import Model
import Sandbox
import Testing

@Suite("A subscribe", .serialized, .timeLimit(.minutes(1)))
struct SubscribeTests {
    @Test func guidesSubscribeBecomesTheLeadWithEveryFieldAndAsksGetResponseNothing() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.guideSubscribe)
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects("lead.upsert").map { $0["state"].text } == ["confirmed"])
            }
            let lead = try #require(fixture.lead("xyz789abc"))
            let expected: [String: String] = [
                "FirstName": "Jane", "LastName": "Doe", "Email": "jane.doe@example.com",
                "Company": "Acme Corporation", "Title": "VP of Engineering", "LeadSource": "Email Marketing",
                "Status": "Open - Not Contacted", "GetResponse_List_ID__c": "abc123def",
                "GetResponse_Tags__c": "webinar_registrant",
            ]
            for (field, value) in expected {
                #expect(lead[field].string == value, "\(field)")
            }
            let date = lead["GetResponse_Subscription_Date__c"].string.flatMap { Timestamp(text: $0) }
            #expect(date == Timestamp(text: "2026-04-21T09:15:00Z"))
            #expect(lead["HasOptedOutOfEmail"].bool == false)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
            #expect(fixture.sandbox.getResponse.requests.count == 0)
            #expect(try await fixture.events().count == 1)
        }
    }

    @Test func subscribeInTheQueryMakesTheLeadAndOneRequestBringsTheRest() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(
                    id: "pV3r",
                    email: "jane@acme.example",
                    name: "Jane Doe",
                    createdOn: Timestamp(text: "2026-04-21T09:15:00Z")?.milliseconds,
                    tags: ["webinar_registrant", "vip"],
                    customFields: [("company", ["Acme Corporation"]), ("job_title", ["CTO"])]
                )
            )
            fixture.sandbox.getResponse.faults.inject(.delay(.milliseconds(500)), matching: .path("/contacts/"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("pV3r", "jane@acme.example", name: "Jane Doe"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                let early = try #require(fixture.lead("pV3r"))
                #expect(early["LastName"].string == "Doe")
                #expect(early["Company"].string == "acme.example")
                #expect(early["Title"].isNull)
                let enrichment = try await fixture.eventually("enrich") { $0.isCompleted() }
                #expect(enrichment.effects.map { $0["kind"].text } == ["lead.update"])
            }
            let lead = try #require(fixture.lead("pV3r"))
            #expect(lead["Company"].string == "Acme Corporation")
            #expect(lead["Title"].string == "CTO")
            #expect((lead["GetResponse_Tags__c"].string ?? "").split(separator: ", ").count == 2)
            let date = lead["GetResponse_Subscription_Date__c"].string.flatMap { Timestamp(text: $0) }
            #expect(date == Timestamp(text: "2026-04-21T09:15:00Z"))
            #expect(fixture.fetches.count == 1)
            #expect(fixture.sandbox.getResponse.requests.count == 1)
        }
    }

    @Test func subscribesOfOneContactWhileItIsFetchedCostOneRequest() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
            )
            fixture.sandbox.getResponse.faults.inject(.delay(.seconds(2)), matching: .path("/contacts/"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .subscribe("c1", "jane@acme.example", name: "Jane Doe"),
                    .subscribe("c1", "jane@acme.example", name: "Jane Doe"),
                    .subscribe("c1", "jane@acme.example", name: "Jane A. Doe")
                )
                try await fixture.eventually("enrich") { $0.isCompleted() }
                try await fixture.eventuallyDrained()
            }
            // The second telling was the first one's duplicate.
            #expect(try await fixture.events().map(\.action) == ["subscribe", "subscribe", "enrich"])
            #expect(fixture.fetches.count == 1)
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func personWithoutAnyDetailStillBecomesALead() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "info@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            let lead = try #require(fixture.lead("c1"))
            #expect(lead["LastName"].string == "Unknown")
            #expect(lead["FirstName"].isNull)
            #expect(lead["Company"].string == "acme.example")
        }
    }

    @Test func leadThatWasConvertedMeanwhileIsLeftAloneAndItsContactFilled() async throws {
        try await WorkerFixture.withFresh { fixture in
            let leadID = try fixture.insertLead("c1", "jane@acme.example")
            let contactID = try fixture.sandbox.salesforce.convertLead(leadID)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.guideSubscribe.replacing("xyz789abc", with: "c1"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
            #expect(fixture.requests("PATCH", "/sobjects/Lead").isEmpty)
            #expect(fixture.sandbox.salesforce.row(contactID)?["Title"].string == "VP of Engineering")
        }
    }
}
