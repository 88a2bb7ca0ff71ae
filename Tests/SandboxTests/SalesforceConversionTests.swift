import Testing

@testable import Sandbox

@Suite struct SalesforceConversionTests {
    @Test func conversionIntoANewContactCopiesTheOptOut() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let lead = try sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane@example.com", "HasOptedOutOfEmail": true]
            )
            let contact = try sandbox.salesforce.convertLead(lead)
            let row = try #require(sandbox.salesforce.row(contact))
            #expect(row["HasOptedOutOfEmail"] == true && row["Email"] == "jane@example.com")
            let answer = try await client.query(
                "SELECT IsConverted, ConvertedContactId, ConvertedContact.Email FROM Lead WHERE Id = '\(lead)'"
            )
            let found = answer.json["records"]?[0]
            #expect(found?["IsConverted"] == true && found?["ConvertedContactId"] == .string(contact))
            #expect(found?["ConvertedContact"]?["Email"] == "jane@example.com")
        }
    }

    @Test func conversionIntoAnExistingContactDropsTheOptOut() async throws {
        try await Sandbox.withRunning { sandbox in
            let salesforce = sandbox.salesforce
            let lead = try salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "HasOptedOutOfEmail": true]
            )
            let contact = try salesforce.insert("Contact", ["LastName": "Doe"])
            try salesforce.convertLead(lead, into: .existingContact(id: contact))
            #expect(salesforce.row(contact)?["HasOptedOutOfEmail"] == false)
            #expect(salesforce.row(lead)?["ConvertedContactId"] == .string(contact))
            #expect(throws: SandboxError.self) { try salesforce.convertLead(lead) }
        }
    }

    @Test func tasksGoOverToTheContact() async throws {
        try await Sandbox.withRunning { sandbox in
            let lead = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            let task = try sandbox.salesforce.insert("Task", ["Subject": "Open", "WhoId": .string(lead)])
            let contact = try sandbox.salesforce.convertLead(lead)
            #expect(sandbox.salesforce.row(task)?["WhoId"] == .string(contact))
        }
    }

    @Test func campaignMembersAreOnceInACampaign() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let campaign = try sandbox.salesforce.insert("Campaign", ["Name": "Webinar"])
            let lead = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            sandbox.salesforce.addMemberStatus("Registered", to: campaign)
            let body: JSON = [
                "CampaignId": .string(campaign), "LeadId": .string(lead), "Status": "Registered",
            ]
            let first = try await client.salesforce("POST", "/v59.0/sobjects/CampaignMember", body)
            #expect(first.status == 201)
            let second = try await client.salesforce("POST", "/v59.0/sobjects/CampaignMember", body)
            #expect(
                second.text
                    == #"[{"message":"Already a campaign member.","errorCode":"DUPLICATE_VALUE","fields":[]}]"#
            )
            let id = first.json["id"]?.string ?? ""
            let path = "/v59.0/sobjects/CampaignMember/\(id)"
            _ = try await client.salesforce("PATCH", path, ["Status": "Unheard of"])
            #expect(sandbox.salesforce.row(id)?["Status"] == "Sent")
            _ = try await client.salesforce("PATCH", path, ["Status": "Responded"])
            #expect(sandbox.salesforce.row(id)?["HasResponded"] == true)
            let statuses = try await client.query(
                "SELECT Label FROM CampaignMemberStatus WHERE CampaignId = '\(campaign)' ORDER BY SortOrder"
            )
            #expect(
                statuses.json["records"]?.array?.map { $0["Label"] } == ["Sent", "Responded", "Registered"]
            )
        }
    }
}
