import Testing

@testable import Sandbox

@Suite struct SalesforceOrgRuleTests {
    @Test func convertedLeadRefusesEveryWrite() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "GetResponse_Contact_ID__c": "k"]
            )
            try sandbox.salesforce.convertLead(id)
            let refusal =
                #"[{"message":"cannot reference converted lead","errorCode":"CANNOT_UPDATE_CONVERTED_LEAD","fields":[]}]"#
            for path in ["Lead/\(id)", "Lead/GetResponse_Contact_ID__c/k"] {
                let answer = try await client.salesforce(
                    "PATCH",
                    "/v59.0/sobjects/\(path)",
                    ["HasOptedOutOfEmail": true]
                )
                #expect(answer.status == 400 && answer.text == refusal)
            }
            let task = try await client.salesforce(
                "POST",
                "/v59.0/sobjects/Task",
                ["Subject": "x", "WhoId": .string(id)]
            )
            #expect(task.status == 400 && task.errorCode == "CANNOT_UPDATE_CONVERTED_LEAD")
            #expect(sandbox.salesforce.row(id)?["HasOptedOutOfEmail"] == false)
        }
    }

    @Test func convertedLeadCanBeADeadRecordInstead() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.convertedLeadWrites = .dead
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            let contact = try sandbox.salesforce.convertLead(id)
            let answer = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/\(id)",
                ["HasOptedOutOfEmail": true]
            )
            #expect(answer.status == 204)
            #expect(sandbox.salesforce.row(id)?["HasOptedOutOfEmail"] == true)
            #expect(sandbox.salesforce.row(contact)?["HasOptedOutOfEmail"] == false)
        }
    }

    @Test func hiddenFieldIsAsGoodAsMissing() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            sandbox.salesforce.hideField("Lead", "HasOptedOutOfEmail")
            let write = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/\(id)",
                ["HasOptedOutOfEmail": true]
            )
            #expect(write.status == 400)
            #expect(write.message == "No such column 'HasOptedOutOfEmail' on sobject of type Lead")
            let read = try await client.query("SELECT Id, HasOptedOutOfEmail FROM Lead")
            #expect(read.status == 400 && read.errorCode == "INVALID_FIELD")
            #expect(read.message?.contains("No such column 'HasOptedOutOfEmail' on entity 'Lead'.") == true)
            let description = try await client.salesforce("GET", "/v59.0/sobjects/Lead/describe")
            let names = description.json["fields"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.contains("Email") && !names.contains("HasOptedOutOfEmail"))
            sandbox.salesforce.showField("Lead", "HasOptedOutOfEmail")
            let shown = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Lead/\(id)",
                ["HasOptedOutOfEmail": true]
            )
            #expect(shown.status == 204)
        }
    }

    @Test func readOnlyFieldCanBeMadeWritableAgain() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            sandbox.salesforce.makeReadOnly("Lead", "Title")
            let path = "/v59.0/sobjects/Lead/\(id)"
            let refused = try await client.salesforce("PATCH", path, ["Title": "VP"])
            #expect(refused.errorCode == "INVALID_FIELD_FOR_INSERT_UPDATE")
            sandbox.salesforce.showField("Lead", "Title")
            let saved = try await client.salesforce("PATCH", path, ["Title": "VP"])
            #expect(saved.status == 204)
            let titles = sandbox.salesforce.rows("Lead").map { $0["Title"] }
            #expect(titles == ["VP"])
        }
    }

    @Test func optionalFieldsExistOnlyWhereTheOrgHasThem() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.optionalFields = []
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let key = try await client.salesforce(
                "PATCH",
                "/v59.0/sobjects/Task/GetResponse_Event_Key__c/k",
                ["Subject": "x"]
            )
            #expect(key.status == 404)
            let score = try await client.query("SELECT GetResponse_Score__c FROM Lead")
            #expect(score.errorCode == "INVALID_FIELD")
        }
    }

    @Test func duplicateRuleNamesTheRecordsAndCanBePassedOver() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.duplicateRule = .alert
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let contact = try sandbox.salesforce.insert("Contact", ["LastName": "Doe", "Email": "jane@example.com"])
            let body: JSON = ["LastName": "Doe", "Company": "Acme", "Email": "Jane@example.com"]
            let refused = try await client.salesforce("POST", "/v59.0/sobjects/Lead", body)
            #expect(refused.status == 400 && refused.errorCode == "DUPLICATES_DETECTED")
            let match = refused.json[0]?["duplicateResult"]?["matchResults"]?[0]?["matchRecords"]?[0]
            #expect(match?["record"]?["Id"] == .string(contact))
            #expect(match?["record"]?["attributes"]?["type"] == "Contact")
            let saved = try await client.salesforce(
                "POST",
                "/v59.0/sobjects/Lead",
                body,
                headers: ["Sforce-Duplicate-Rule-Header": "allowSave=true; runAsCurrentUser=true"]
            )
            #expect(saved.status == 201)
        }
    }

    /// `allowSave` overrides an alert, and no block; a batch names the matches of each row as a single write does.
    @Test(arguments: [SandboxConfiguration.DuplicateRule.alert, .block])
    func duplicateRuleRefusesRowsOfABatch(rule: SandboxConfiguration.DuplicateRule) async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.duplicateRule = rule
        configuration.salesforce.duplicateFields = ["LastName"]
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let lead = try sandbox.salesforce.insert("Lead", ["LastName": "DOE", "Company": "Acme"])
            let rows: JSON = [
                "records": [
                    ["attributes": ["type": "Lead"], "LastName": "Doe", "Company": "Acme"],
                    ["attributes": ["type": "Lead"], "LastName": "Roe", "Company": "Acme"],
                ]
            ]
            let path = "/v59.0/composite/sobjects"
            let answer = try await client.salesforce("POST", path, rows)
            #expect(answer.status == 200)
            let error = answer.json[0]?["errors"]?[0]
            #expect(error?["statusCode"] == "DUPLICATES_DETECTED")
            #expect(error?["duplicateResult"]?["allowSave"]?.bool == (rule == .alert))
            let match = error?["duplicateResult"]?["matchResults"]?[0]?["matchRecords"]?[0]?["record"]
            #expect(match?["Id"] == .string(lead))
            #expect(answer.json[1]?["success"] == true)
            let allowing = ["Sforce-Duplicate-Rule-Header": "allowSave=true"]
            let again = try await client.salesforce("POST", path, rows, headers: allowing)
            #expect(again.json[0]?["success"]?.bool == (rule == .alert))
            let update = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(lead)", ["Company": "Other"])
            #expect(update.status == 204, "what the rule does not look at can be changed")
        }
    }

    @Test func picklistsAndStatesRefuseOnlyWhereTheOrgRestrictsThem() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.restrictedPicklists = ["Lead.Status"]
        configuration.salesforce.states = ["Oklahoma"]
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            let path = "/v59.0/sobjects/Lead/\(id)"
            let status = try await client.salesforce("PATCH", path, ["Status": "Unsubscribed"])
            #expect(status.errorCode == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
            let state = try await client.salesforce("PATCH", path, ["State": "Zuid-Holland"])
            #expect(state.errorCode == "FIELD_INTEGRITY_EXCEPTION")
            let fine = try await client.salesforce("PATCH", path, ["State": "Oklahoma", "Rating": "Lukewarm"])
            #expect(fine.status == 204)
        }
    }

    @Test func assignmentRuleMovesTheOwnerUnlessTheHeaderSaysNot() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.assignmentRuleOwners = ["0055e00000AAAAAAAA", "0055e00000BBBBBBBB"]
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            let path = "/v59.0/sobjects/Lead/\(id)"
            let before = sandbox.salesforce.row(id)?["OwnerId"]
            let still = try await client.salesforce(
                "PATCH",
                path,
                ["Title": "A"],
                headers: ["Sforce-Auto-Assign": "FALSE"]
            )
            #expect(still.status == 204 && sandbox.salesforce.row(id)?["OwnerId"] == before)
            _ = try await client.salesforce("PATCH", path, ["Title": "B"])
            #expect(sandbox.salesforce.row(id)?["OwnerId"] == "0055e00000AAAAAAAA")
            _ = try await client.salesforce("PATCH", path, ["Title": "C"])
            #expect(sandbox.salesforce.row(id)?["OwnerId"] == "0055e00000BBBBBBBB")
        }
    }
}
