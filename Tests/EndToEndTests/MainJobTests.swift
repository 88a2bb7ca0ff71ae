import AsyncHTTPClient
import Foundation
import Journal
import Sandbox
import Testing

/// The main job with ingest and worker as processes of their own, told by plain HTTP.
@Suite("The main job", .timeLimit(.minutes(2)))
struct MainJobTests {
    /// The guide's Phase 1 payload, to the letter but for the address, which the guide's page hides.
    static let guidePayload = """
        {
          "contact": {
            "contactId": "xyz789abc",
            "email": "jane.doe@example.com",
            "name": "Jane Doe",
            "campaign": { "campaignId": "abc123def", "name": "Q2 2026 Nurture List" },
            "createdOn": "2026-04-21T09:15:00+0000",
            "tags": [ { "tagId": "tag001", "name": "webinar_registrant" } ],
            "customFields": [
              { "customFieldId": "cf001", "name": "company", "value": ["Acme Corporation"] },
              { "customFieldId": "cf002", "name": "job_title", "value": ["VP of Engineering"] }
            ]
          },
          "action": "subscribe"
        }
        """

    @Test func subscribeOfSomebodyWhoIsAContactMakesNoLeadBesideThem() async throws {
        try await Deployment.withFresh { deployment in
            let contact = try deployment.sandbox.salesforce.insert(
                "Contact",
                ["LastName": "Doe", "Email": "Jane.Doe@example.com"]
            )
            try await deployment.withIngest { _ in
                let answer = try await deployment.post(Self.guidePayload)
                #expect(answer.status == 200)
                #expect(answer.body == #"{"status":"OK"}"#)
                try await deployment.withWorker { _ in
                    try await deployment.eventuallyDrained()
                }
            }
            #expect(deployment.sandbox.salesforce.rows("Lead").isEmpty)
            #expect(deployment.sandbox.salesforce.row(contact)?["Title"].string == "VP of Engineering")
        }
    }

    @Test func subscribeInEveryShapeBecomesALeadWithTheGuidesFields() async throws {
        try await Deployment.withFresh { deployment in
            _ = deployment.sandbox.getResponse.addContact(
                GetResponseContact(
                    id: "qrs456",
                    email: "omar@northwind.example",
                    name: "Omar van der Berg",
                    listID: "abc123def",
                    tags: ["webinar_registrant"],
                    customFields: [("company", ["Northwind"]), ("job_title", ["CTO"])]
                )
            )
            _ = deployment.sandbox.getResponse.addContact(
                GetResponseContact(
                    id: "hook789",
                    email: "mei@globex.example",
                    name: "Mei Tanaka",
                    listID: "abc123def",
                    tags: ["vip"],
                    customFields: [("company", ["Globex"])]
                )
            )
            try await deployment.withIngest { _ in
                try await deployment.withWorker { _ in
                    try await deployment.post(Self.guidePayload)
                    try await deployment.get(
                        "action=subscribe&ACCOUNT_ID=A1&account_login=acme&CAMPAIGN_ID=abc123def&campaign_name=q2"
                            + "&CONTACT_ID=qrs456&contact_name=Omar%20van%20der%20Berg"
                            + "&contact_email=omar%40northwind.example&contact_ip=192.0.2.7&contact_origin=www"
                    )
                    try await deployment.post(
                        """
                        [{"type":"contact_added","contact":{"contactId":"hook789","email":"mei@globex.example",
                        "name":"Mei Tanaka","campaign":{"campaignId":"abc123def","name":"q2"}},
                        "account":{"accountId":"def4"},"event":{"occurredAt":"2026-04-27T12:56:00+00:00"}}]
                        """,
                        headers: ["X-Webhook-ID": "7b1c", "X-Webhook-Type": "contact_added"]
                    )
                    try await deployment.eventuallyDrained()
                }
            }
            let leads = deployment.sandbox.salesforce.rows("Lead")
            #expect(leads.count == 3)
            let jane = try #require(leads.first { $0["Email"].string == "jane.doe@example.com" })
            let expected: [String: String] = [
                "FirstName": "Jane", "LastName": "Doe", "Company": "Acme Corporation", "Title": "VP of Engineering",
                "LeadSource": "Email Marketing", "Status": "Open - Not Contacted",
                "GetResponse_Contact_ID__c": "xyz789abc", "GetResponse_List_ID__c": "abc123def",
                "GetResponse_Tags__c": "webinar_registrant",
            ]
            for (field, value) in expected {
                #expect(jane[field].string == value, "\(field)")
            }
            #expect(jane["GetResponse_Subscription_Date__c"].string?.hasPrefix("2026-04-21T09:15:00") == true)
            #expect(jane["HasOptedOutOfEmail"].bool == false)
            let omar = try #require(leads.first { $0["GetResponse_Contact_ID__c"].string == "qrs456" })
            #expect(omar["Company"].string == "Northwind")
            #expect(omar["Title"].string == "CTO")
            #expect(omar["GetResponse_Tags__c"].string == "webinar_registrant")
            let mei = try #require(leads.first { $0["GetResponse_Contact_ID__c"].string == "hook789" })
            #expect(mei["Company"].string == "Globex")
            #expect(mei["LastName"].string == "Tanaka")
            // The guide's payload carries everything; the other two lacked something once each.
            let fetches = deployment.sandbox.getResponse.requests.all.filter { $0.path.contains("/contacts/") }
            #expect(fetches.count == 2)
        }
    }

    @Test func unsubscribeReachesTheLeadAndTheContactThatSharesTheAddress() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.withWorker { _ in
                    try await deployment.post(Self.guidePayload)
                    try await deployment.eventuallyDrained()
                    let contact = try deployment.sandbox.salesforce.insert(
                        "Contact",
                        ["LastName": "Doe", "Email": "Jane.Doe@example.com"]
                    )
                    try await deployment.get(
                        "action=unsubscribe&ACCOUNT_ID=A1&CAMPAIGN_ID=abc123def&campaign_name=q2"
                            + "&CONTACT_ID=xyz789abc&contact_name=Jane%20Doe&contact_email=jane.doe%40example.com"
                    )
                    try await deployment.eventuallyDrained()
                    let row = try #require(deployment.sandbox.salesforce.row(contact))
                    #expect(row["HasOptedOutOfEmail"].bool == true)
                }
            }
            let lead = try #require(deployment.sandbox.salesforce.rows("Lead").first)
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
            #expect(lead["HasOptedOutOfEmail"].bool == true)
            #expect(lead["Status"].string == "Unsubscribed")
            #expect(lead["Last_Unsubscribe_Date__c"].string != nil)
            #expect(deployment.sandbox.getResponse.requests.all.isEmpty)
            let audit = try await deployment.leadrelay.run("audit", "opt-outs", "--format", "json")
            #expect(audit.status == 0)
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(audit.output.utf8)) as? [[String: Any]])
            #expect(rows.count == 1)
            #expect(rows.first?["state"] as? String == "completed")
            let records = try #require(rows.first?["records"] as? [[String: Any]])
            #expect(Set(records.compactMap { $0["object"] as? String }) == ["Lead", "Contact"])
            #expect(records.allSatisfy { $0["verified_at"] is Int })
        }
    }
}
