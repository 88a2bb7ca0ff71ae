import Testing

@testable import Sandbox

@Suite struct SalesforceUpsertTests {
    private let lead: JSON = ["LastName": "Doe", "Company": "Acme", "Email": "jane@example.com"]

    @Test func upsertCreatesThenUpdates() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let path = "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/pV3r"
            let created = try await client.salesforce("PATCH", path, lead)
            let id = try #require(created.json["id"]?.string)
            #expect(created.status == 201)
            #expect(created.text == #"{"id":"\#(id)","success":true,"errors":[],"created":true}"#)
            #expect(created.headers["location"] == "/services/data/v59.0/sobjects/Lead/\(id)")
            let updated = try await client.salesforce("PATCH", path, ["Title": "VP"])
            #expect(updated.status == 200)
            #expect(updated.text == #"{"id":"\#(id)","success":true,"errors":[],"created":false}"#)
            let row = try #require(sandbox.salesforce.row(id))
            #expect(id.hasPrefix("00Q") && id.count == 18)
            #expect(row["GetResponse_Contact_ID__c"] == "pV3r")
            #expect(row["Title"] == "VP" && row["LastName"] == "Doe" && row["Status"] == "Open - Not Contacted")
        }
    }

    @Test func versionsBefore46AnswerAnUpdateWithoutABody() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let path = "/v45.0/sobjects/Lead/GetResponse_Contact_ID__c/pV3r"
            #expect(try await client.salesforce("PATCH", path, lead).status == 201)
            let updated = try await client.salesforce("PATCH", path, lead)
            #expect(updated.status == 204 && updated.text.isEmpty)
        }
    }

    @Test func keysDifferByCaseAndAreDecodedFromThePath() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            for key in ["pV3r", "PV3R", "a/b+c d'"] {
                let path = "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/\(SandboxClient.encode(key))"
                #expect(try await client.salesforce("PATCH", path, lead).status == 201)
            }
            let keys = sandbox.salesforce.rows("Lead").map { $0["GetResponse_Contact_ID__c"] }
            #expect(keys == ["pV3r", "PV3R", "a/b+c d'"])
        }
    }

    @Test func severalMatchesAreAnswered300WithTheirAddresses() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let first = try sandbox.salesforce.insert("Lead", ["LastName": "A", "GetResponse_Contact_ID__c": "k"])
            let second = try sandbox.salesforce.insert("Lead", ["LastName": "B", "GetResponse_Contact_ID__c": "k"])
            let answer = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/k",
                ["Title": "VP"]
            )
            #expect(answer.status == 300)
            #expect(
                answer.json == [
                    .string("/services/data/v59.0/sobjects/Lead/\(first)"),
                    .string("/services/data/v59.0/sobjects/Lead/\(second)"),
                ]
            )
            #expect(sandbox.salesforce.row(first)?["Title"] == .null)
        }
    }

    @Test func updateOnlyNeverCreates() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/k?updateOnly=true",
                lead
            )
            #expect(answer.status == 404 && answer.errorCode == "NOT_FOUND")
            #expect(sandbox.salesforce.rows("Lead").isEmpty)
        }
    }

    @Test(arguments: ["GetResponse_Contact_ID__c", "Id"])
    func keyAndIDAreRefusedInTheBody(name: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/k",
                .object([JSONMember(name, "k")])
            )
            #expect(answer.status == 400 && answer.errorCode == "INVALID_FIELD")
            #expect(answer.message == "The \(name) field should not be specified in the sobject data.")
        }
    }

    @Test(arguments: ["GetResponse_List_ID__c", "Nonsense__c"])
    func onlyExternalIDsAreKeys(name: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(name)/k", lead)
            #expect(answer.status == 404)
            #expect(
                answer.text
                    == #"[{"message":"Provided external ID field does not exist or is not accessible: "#
                    + #"\#(name)","errorCode":"NOT_FOUND"}]"#
            )
        }
    }

    @Test func recordsUpdatedByIDAnswerNothing() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Contact", ["LastName": "Doe"])
            let answer = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Contact/\(id)",
                ["HasOptedOutOfEmail": true]
            )
            #expect(answer.status == 204 && answer.text.isEmpty)
            #expect(sandbox.salesforce.row(id)?["HasOptedOutOfEmail"] == true)
        }
    }
}
