import Testing

@testable import Sandbox

@Suite struct ControlAPITests {
    @Test func contactsAreSeededAndRemoved() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let seeded = try await client.control(
                "POST",
                "/getresponse/contacts",
                [
                    [
                        "email": "jane@example.com", "contactId": "pV3r", "tags": ["a"],
                        "customFields": ["company": "Acme"],
                    ],
                    ["email": "joe@example.com"],
                ]
            )
            #expect(seeded.status == 201 && seeded.json["ids"]?[0] == "pV3r")
            let contact = try await client.getResponse("GET", "/contacts/pV3r")
            #expect(contact.json["customFieldValues"]?[0]?["values"] == ["Acme"])
            #expect(try await client.control("DELETE", "/getresponse/contacts/pV3r?reason=bounce").status == 204)
            #expect(sandbox.getResponse.removedContacts.map(\.reason) == ["bounce"])
            #expect(try await client.control("DELETE", "/getresponse/contacts/pV3r").status == 404)
        }
    }

    @Test func recordsAreSeededChangedConvertedAndListed() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let seeded = try await client.control(
                "POST",
                "/salesforce/rows/Lead",
                ["LastName": "Doe", "Company": "Acme"]
            )
            let id = try #require(seeded.json["ids"]?[0]?.string)
            #expect(
                try await client.control("PATCH", "/salesforce/records/\(id)", ["Title": "VP"]).status == 204
            )
            let converted = try await client.control("POST", "/salesforce/convert", ["leadId": .string(id)])
            let contact = try #require(converted.json["contactId"]?.string)
            let rows = try await client.control("GET", "/salesforce/rows/Lead")
            #expect(rows.json[0]?["Title"] == "VP" && rows.json[0]?["ConvertedContactId"] == .string(contact))
            #expect(
                try await client.control("POST", "/salesforce/convert", ["leadId": .string(id)]).status == 404
            )
        }
    }

    @Test func faultsCountersAndTheLogAreWithinReach() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let fault: JSON = ["kind": "respond", "status": 500, "response": "oops", "path": "/accounts"]
            #expect(try await client.control("POST", "/getresponse/faults", fault).status == 204)
            let broken = try await client.getResponse("GET", "/accounts")
            #expect(broken.status == 500 && broken.text == "oops")
            let log = try await client.control("GET", "/getresponse/requests?after=0")
            #expect(log.json[0]?["path"] == "/v3/accounts" && log.json[0]?["fault"] == "respond 500")
            let counters = try await client.control("GET", "/getresponse/counters")
            #expect(counters.json == ["requests": 1, "refusals": 0, "remaining": 399])
            #expect(try await client.control("POST", "/getresponse/faults", ["kind": "nonsense"]).status == 400)
            #expect(try await client.control("GET", "/nonsense").status == 404)
        }
    }

    @Test func accessAndSessionsCanBeTakenAway() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let hidden: JSON = ["object": "Lead", "field": "Title", "access": "hidden"]
            #expect(try await client.control("POST", "/salesforce/fields", hidden).status == 204)
            #expect(try await client.query("SELECT Title FROM Lead").errorCode == "INVALID_FIELD")
            #expect(try await client.control("DELETE", "/salesforce/tokens").status == 204)
            #expect(try await client.query("SELECT Id FROM Lead").status == 401)
        }
    }
}
