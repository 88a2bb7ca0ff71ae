import Model
import Salesforce
import TestSupport
import Testing

@Suite struct WriteTests {
    private static let key = "GetResponse_Contact_ID__c"

    @Test(arguments: [
        (201, #"{"id":"00Q1","success":true,"errors":[],"created":true}"#, WriteResult.Outcome.created(id: "00Q1")),
        (200, #"{"id":"00Q1","success":true,"errors":[],"created":false}"#, .updated(id: "00Q1")),
        (204, "", .updated(id: nil)),
        (
            300, #"["/services/data/v59.0/sobjects/Lead/00Q1","/services/data/v59.0/sobjects/Lead/00Q2"]"#,
            .multipleMatches(ids: ["00Q1", "00Q2"])
        ),
    ])
    func upsertTellsWhatItDid(status: Int, body: String, outcome: WriteResult.Outcome) async throws {
        try await withOrg(.always(.answer(status, body: body))) { org in
            let result = try await org.client.upsert(
                .lead,
                externalID: Self.key,
                value: "pV3r",
                fields: ["City": "Gdansk"]
            )
            #expect(result == WriteResult(outcome: outcome, status: status))
            let request = try #require(org.requests.first)
            #expect(request.method == "PATCH")
            #expect(request.target == "/services/data/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/pV3r")
            #expect(request.headers["sforce-auto-assign"] == "FALSE")
            #expect(request.headers["sforce-duplicate-rule-header"] == nil)
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["content-length"] == "17")
            #expect(request.body == #"{"City":"Gdansk"}"#)
        }
    }

    @Test func keyAndIDStayOutOfTheBody() async throws {
        try await withOrg { org in
            _ = try await org.client.upsert(
                .lead,
                externalID: Self.key,
                value: "a",
                fields: ["getresponse_contact_id__c": "a", "id": "00Q", "Fax": .null, "IsX": true, "N": .number(2)]
            )
            _ = try await org.client.update(.lead, id: "00Q", fields: ["Id": "00Q", "Title": "VP"])
            #expect(org.requests.map(\.body) == [#"{"Fax":null,"IsX":true,"N":2}"#, #"{"Title":"VP"}"#])
        }
    }

    @Test(arguments: [("a/b+c d", "a%2Fb%2Bc%20d"), ("x@y.inc?#%'", "x%40y.inc%3F%23%25%27"), ("..", "%2E%2E")])
    func keyCannotLeaveItsPathSegment(value: String, segment: String) async throws {
        try await withOrg { org in
            _ = try await org.client.upsert(.lead, externalID: Self.key, value: value, fields: [:])
            #expect(org.requests.map(\.target) == ["/services/data/v59.0/sobjects/Lead/\(Self.key)/\(segment)"])
        }
    }

    @Test func emptyKeyOrIDIsNotSent() async throws {
        try await withOrg { org in
            await #expect(throws: SalesforceError.self) {
                try await org.client.upsert(.lead, externalID: Self.key, value: "", fields: [:])
            }
            await #expect(throws: SalesforceError.self) { try await org.client.update(.lead, id: "", fields: [:]) }
            #expect(org.server.requests.isEmpty)
        }
    }

    @Test func optionsBecomeHeadersAndQuery() async throws {
        try await withOrg { org in
            let optOut = WriteOptions(allowsDuplicates: true, updateOnly: true)
            _ = try await org.client.upsert(.lead, externalID: "K__c", value: "a", fields: [:], options: optOut)
            let ruled = WriteOptions(autoAssign: .rule(id: "01Q1"))
            _ = try await org.client.update(.contact, id: "003", fields: [:], options: ruled)
            _ = try await org.client.update(.lead, id: "00Q", fields: [:], options: WriteOptions(autoAssign: .active))
            let requests = org.requests
            #expect(requests[0].target == "/services/data/v59.0/sobjects/Lead/K__c/a?updateOnly=true")
            #expect(requests[0].headers["sforce-duplicate-rule-header"] == "allowSave=true")
            #expect(requests.map { $0.headers["sforce-auto-assign"] } == ["FALSE", "01Q1", "TRUE"])
            #expect(requests[1].target == "/services/data/v59.0/sobjects/Contact/003")
        }
    }

    @Test func createTellsTheNewID() async throws {
        try await withOrg(.always(.answer(201, body: #"{"id":"00T1","success":true,"errors":[]}"#))) { org in
            let result = try await org.client.create(.task, fields: ["Subject": "Open: June"])
            #expect(result.id == "00T1")
            let request = try #require(org.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/services/data/v59.0/sobjects/Task")
        }
    }

    @Test(arguments: [
        (400, faults("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"), ErrorClass.data),
        (
            404, faults("NOT_FOUND", "Provided external ID field does not exist or is not accessible: K__c"),
            .configuration
        ),
        (403, faults("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), .quota),
        (403, faults("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."), .throttled),
        (400, faults("UNABLE_TO_LOCK_ROW"), .transient),
        (500, faults("UNKNOWN_EXCEPTION"), .transient),
        (503, "<html>Salesforce is down</html>", .transient),
        (502, "", .transient),
        (410, #"[{"errorCode":"UNSUPPORTED_API_VERSION","message":"Version not supported"}]"#, .configuration),
        (302, "", .configuration),
        (414, "<html>too long</html>", .data),
        // Collections spell it otherwise, and put it into a 200.
        (
            200, #"{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"…","fields":["Title"]}]}"#,
            .data
        ),
    ])
    func refusalHasItsClass(status: Int, body: String, errorClass: ErrorClass) async throws {
        try await withOrg(.always(.answer(status, body: body))) { org in
            do throws(SalesforceError) {
                _ = try await org.client.upsert(.lead, externalID: "K__c", value: "a", fields: [:])
                Issue.record("no error")
            } catch {
                #expect(error.errorClass == errorClass, "\(error)")
                if status == 410 { #expect(error == .versionRetired("v59.0")) }
                if status == 404 { #expect(error.missingField == "K__c") }
            }
            #expect(org.requests.count == 1)
        }
    }

    @Test func convertedLeadIsRecognised() async throws {
        let body = faults("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        try await withOrg(.always(.answer(400, body: body))) { org in
            do throws(SalesforceError) {
                _ = try await org.client.update(.lead, id: "00Q", fields: [:])
                Issue.record("no error")
            } catch {
                #expect(error.isConvertedLead)
                #expect(!error.isMissingRecord && !error.isDuplicatesDetected)
            }
        }
    }

    @Test func matchesOfADuplicateRuleAreTold() async throws {
        let body = """
            [{"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?","duplicateResult":{"allowSave":true,
              "duplicateRule":"R","matchResults":[{"entityType":"Lead","errors":[],"matchRecords":[
                {"additionalInformation":[],"matchConfidence":100.0,
                 "record":{"attributes":{"type":"Lead","url":"…"},"Id":"00Q9"}},
                {"record":{"attributes":{"type":"Contact"},"Id":"0039"}}],"size":2,"success":true}]}}]
            """
        try await withOrg(.always(.answer(400, body: body))) { org in
            do throws(SalesforceError) {
                _ = try await org.client.create(.lead, fields: [:])
                Issue.record("no error")
            } catch {
                #expect(error.isDuplicatesDetected)
                #expect(
                    error.duplicateMatches == [.init(object: "Lead", id: "00Q9"), .init(object: "Contact", id: "0039")]
                )
                #expect(error.errorClass == .data)
            }
        }
    }

    @Test func goneRecordIsRecognised() async throws {
        try await withOrg(.always(.answer(404, body: faults("ENTITY_IS_DELETED", "entity is deleted")))) { org in
            do throws(SalesforceError) {
                _ = try await org.client.update(.lead, id: "00Q", fields: [:])
                Issue.record("no error")
            } catch {
                #expect(error.isMissingRecord)
            }
        }
    }
}
