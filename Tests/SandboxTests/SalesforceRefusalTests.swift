import Testing

@testable import Sandbox

@Suite struct SalesforceRefusalTests {
    /// A body that is refused, and how.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var object = "Lead"
        var body: JSON
        var code: String
        var message: String
        var fields: JSON?

        var testDescription: String { "\(code): \(message)" }
    }

    static let long = String(repeating: "x", count: 41)

    static let refusals: [Refusal] = [
        Refusal(
            body: ["FirstName": "Jane"],
            code: "REQUIRED_FIELD_MISSING",
            message: "Required fields are missing: [LastName, Company]",
            fields: ["LastName", "Company"]
        ),
        Refusal(
            body: ["LastName": "  ", "Company": "Acme"],
            code: "REQUIRED_FIELD_MISSING",
            message: "Required fields are missing: [LastName]",
            fields: ["LastName"]
        ),
        Refusal(
            body: ["LastName": "Doe", "Company": "Acme", "FirstName": .string(long)],
            code: "STRING_TOO_LONG",
            message: "First Name: data value too large: \(long) (max length=40)",
            fields: ["FirstName"]
        ),
        Refusal(
            body: ["LastName": "Doe", "Company": "Acme", "Email": "not an address"],
            code: "INVALID_EMAIL_ADDRESS",
            message: "Email: invalid email address: not an address",
            fields: ["Email"]
        ),
        Refusal(
            body: ["LastName": "Doe", "Nonsense__c": "x"],
            code: "INVALID_FIELD",
            message: "No such column 'Nonsense__c' on sobject of type Lead"
        ),
        Refusal(
            body: ["LastName": "Doe", "Company": "Acme", "ConvertedContactId": nil],
            code: "INVALID_FIELD_FOR_INSERT_UPDATE",
            message: "Unable to create/update fields: ConvertedContactId. Please check the security settings of this"
                + " field and verify that it is read/write for your profile or permission set.",
            fields: ["ConvertedContactId"]
        ),
        Refusal(
            body: ["LastName": 5, "Company": "Acme"],
            code: "JSON_PARSER_ERROR",
            message: "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or request may be missing a"
                + " required field at [line:1, column:13]"
        ),
        Refusal(
            body: ["HasOptedOutOfEmail": "perhaps"],
            code: "JSON_PARSER_ERROR",
            message:
                "Cannot deserialize instance of boolean from VALUE_STRING value perhaps or request may be missing a"
                + " required field at [line:1, column:23]"
        ),
        Refusal(
            body: ["GetResponse_Subscription_Date__c": "21.04.2026"],
            code: "JSON_PARSER_ERROR",
            message:
                "Cannot deserialize instance of datetime from VALUE_STRING value 21.04.2026 or request may be missing"
                + " a required field at [line:1, column:37]"
        ),
        Refusal(
            body: ["LastName": "Doe", "Company": "Acme", "OwnerId": "00Q000000000001"],
            code: "MALFORMED_ID",
            message: "Owner ID: id value of incorrect type: 00Q000000000001",
            fields: ["OwnerId"]
        ),
        Refusal(
            object: "Task",
            body: ["Subject": "x", "WhoId": "00Q5e0000000009"],
            code: "INVALID_CROSS_REFERENCE_KEY",
            message: "invalid cross reference id",
            fields: []
        ),
        Refusal(
            object: "Contact",
            body: ["FirstName": "Jane"],
            code: "REQUIRED_FIELD_MISSING",
            message: "Required fields are missing: [LastName]",
            fields: ["LastName"]
        ),
    ]

    @Test(arguments: refusals)
    func whatARecordCanNotHoldIsRefused(refusal: Refusal) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce("POST", "/v59.0/sobjects/\(refusal.object)", refusal.body)
            var error: [JSONMember] = [
                .init("message", .string(refusal.message)), .init("errorCode", .string(refusal.code)),
            ]
            if let fields = refusal.fields { error.append(.init("fields", fields)) }
            #expect(answer.status == 400)
            #expect(answer.text == JSON.array([.object(error)]).compact)
            #expect(sandbox.salesforce.rows(refusal.object).isEmpty)
        }
    }

    @Test func whatARecordHoldsIsStoredInItsOwnForm() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce(
                "POST",
                "/v59.0/sobjects/Lead",
                [
                    "lastname": " Doe ", "Company": "Acme", "FirstName": "", "NumberOfEmployees": "10",
                    "GetResponse_Score__c": 8, "GetResponse_Subscription_Date__c": "2026-04-21T11:15:00+02:00",
                    "GetResponse_Last_Email_Opened__c": "2026-04-21T09:15:00+0000", "LeadSource": "Email Marketing",
                ]
            )
            #expect(answer.status == 201)
            let row = try await client.salesforce(
                "GET",
                "/v59.0/sobjects/Lead/\(answer.json["id"]?.string ?? "")?fields=FirstName,LastName,Name,"
                    + "NumberOfEmployees,GetResponse_Score__c,GetResponse_Subscription_Date__c,HasOptedOutOfEmail,"
                    + "GetResponse_Last_Email_Opened__c,LeadSource"
            ).json
            #expect(row["LastName"] == "Doe" && row["FirstName"] == .null && row["Name"] == "Doe")
            #expect(row["NumberOfEmployees"] == 10 && row["GetResponse_Score__c"] == .double(8))
            #expect(row["GetResponse_Subscription_Date__c"] == "2026-04-21T09:15:00.000+0000")
            #expect(row["GetResponse_Last_Email_Opened__c"] == "2026-04-21T09:15:00.000+0000")
            #expect(row["HasOptedOutOfEmail"] == false && row["LeadSource"] == "Email Marketing")
        }
    }

    @Test func bodiesThatAreNoJSONAreRefused() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let url = "\(sandbox.salesforceURL)/services/data/v59.0/sobjects/Lead"
            let session = ["Authorization": "Bearer \(client.token)"]
            let form = ["Content-Type": "application/x-www-form-urlencoded"].merging(session) { $1 }
            let json = ["Content-Type": "application/json; charset=UTF-8"].merging(session) { $1 }
            let wrongType = try await client.send("POST", url, headers: form, body: "LastName=Doe")
            #expect(wrongType.status == 415 && wrongType.errorCode == "UNSUPPORTED_MEDIA_TYPE")
            let broken = try await client.send("POST", url, headers: json, body: "{\n\"LastName\": Doe}")
            #expect(broken.status == 400 && broken.errorCode == "JSON_PARSER_ERROR")
            #expect(broken.message?.hasSuffix("at [line:2, column:13]") == true)
            let huge = "{\"LastName\":\"\(String(repeating: "x", count: 9 << 20))\"}"
            #expect(try await client.send("POST", url, headers: json, body: huge).status == 413)
        }
    }

    @Test func uniqueKeyIsRefusedOnASecondRecord() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let body: JSON = ["LastName": "Doe", "Company": "Acme", "GetResponse_Contact_ID__c": "k"]
            let first = try await client.salesforce("POST", "/v59.0/sobjects/Lead", body)
            let id = try #require(first.json["id"]?.string)
            let second = try await client.salesforce("POST", "/v59.0/sobjects/Lead", body)
            #expect(second.status == 400 && second.errorCode == "DUPLICATE_VALUE")
            #expect(
                second.message
                    == "duplicate value found: GetResponse_Contact_ID__c duplicates value on record with id: \(id)"
            )
        }
    }

    @Test func recordsThatAreGoneOrNeverWereAreNotFound() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            #expect(try await client.salesforce("DELETE", "/v59.0/sobjects/Lead/\(id)").status == 204)
            let gone = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(id)", ["Title": "VP"])
            #expect(gone.status == 404 && gone.errorCode == "ENTITY_IS_DELETED")
            #expect(try await client.salesforce("GET", "/v59.0/sobjects/Lead/\(id)").status == 404)
            let never = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/00Q5e0000000zzz", ["Title": "VP"])
            #expect(never.status == 404 && never.errorCode == "NOT_FOUND")
            let object = try await client.salesforce("GET", "/v59.0/sobjects/Foo")
            #expect(
                object.text
                    == #"[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"#
            )
        }
    }
}
