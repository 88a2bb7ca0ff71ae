import Model
import Salesforce
import TestSupport
import Testing

/// Salesforce's error codes, row by row as the reference lists them, each in every form in which it can come.
@Suite(.timeLimit(.minutes(1))) struct ErrorTableTests {
    /// A row of the table: one of its codes, what Salesforce says with it, and what it means for us.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int
        var code: String
        var message: String
        var errorClass: ErrorClass

        var testDescription: String { "\(name): \(code) \(message)" }

        init(_ name: String, _ status: Int, _ code: String, _ message: String, _ errorClass: ErrorClass) {
            self.name = name
            self.status = status
            self.code = code
            self.message = message
            self.errorClass = errorClass
        }

        init(_ name: String, _ status: Int, _ code: String, _ errorClass: ErrorClass) {
            self.init(name, status, code, "", errorClass)
        }

        init(_ name: String, _ code: String, _ message: String, _ errorClass: ErrorClass) {
            self.init(name, 400, code, message, errorClass)
        }

        init(_ name: String, _ code: String, _ errorClass: ErrorClass) {
            self.init(name, 400, code, "", errorClass)
        }
    }

    static let rows: [Row] = [
        Row("daily limit", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", .quota),
        Row(
            "long requests at once",
            403,
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentPerOrgLongTxn Limit exceeded.",
            .throttled
        ),
        Row(
            "requests at once",
            403,
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
            .throttled
        ),
        Row("server away", 503, "SERVER_UNAVAILABLE", .transient),
        Row("read-only window", 500, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", .throttled),
        Row("locked row", "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", .transient),
        Row(
            "trigger met a lock",
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "LeadTrigger: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW",
            .transient
        ),
        Row(
            "trigger met a governor limit",
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "LeadTrigger: System.LimitException: Too many SOQL queries: 101",
            .transient
        ),
        Row("trigger failed", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: NullPointerException", .data),
        Row("trigger's own callout", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "callout: INVALID_SESSION_ID", .data),
        Row(
            "object not writable",
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "entity type cannot be inserted: Lead",
            .configuration
        ),
        Row("flow failed", "CANNOT_EXECUTE_FLOW_TRIGGER", "We can't save this record.", .data),
        Row("slow query", "QUERY_TIMEOUT", "Your query request was running for too long.", .transient),
        Row("slow request", 500, "REQUEST_RUNNING_TOO_LONG", .transient),
        Row("unknown exception", 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred: 12-34 (56)", .transient),
        Row("required field", "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", .data),
        Row("validation rule", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Nur mit Telefonnummer.", .data),
        Row("state picklist", "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this state, …", .data),
        Row("lookup filter", "FIELD_FILTER_VALIDATION_EXCEPTION", .data),
        Row("restricted picklist", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", .data),
        Row("too long", "STRING_TOO_LONG", "First Name: data value too large: … (max length=40)", .data),
        Row("e-mail address", "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", .data),
        Row("field missing (write)", "INVALID_FIELD", "No such column 'X__c' on sobject of type Lead", .configuration),
        Row("field missing (query)", "INVALID_FIELD", "No such column 'X__c' on entity 'Lead'.", .configuration),
        Row(
            "key in the body",
            "INVALID_FIELD",
            "The X__c field should not be specified in the sobject data.",
            .data
        ),
        Row(
            "field read-only",
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: X__c. Please check the security settings of this field …",
            .configuration
        ),
        Row("no object access", "INVALID_TYPE", "sObject type 'Lead' is not supported.", .configuration),
        Row("record not editable", 403, "INSUFFICIENT_ACCESS_OR_READONLY", .configuration),
        Row("parent not editable", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", .configuration),
        Row("API off for the org", 403, "API_DISABLED_FOR_ORG", .configuration),
        Row("API off for now", 403, "API_CURRENTLY_DISABLED", .configuration),
        Row("transaction security", 403, "TXN_SECURITY_NO_ACCESS", .configuration),
        Row("in approval", "ENTITY_IS_LOCKED", .transient),
        Row("record deleted", 404, "ENTITY_IS_DELETED", "entity is deleted", .data),
        Row("id of nothing", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", .data),
        Row("id malformed", "MALFORMED_ID", .data),
        Row("record not found", 404, "NOT_FOUND", "The requested resource does not exist", .data),
        Row(
            "key field not found",
            404,
            "NOT_FOUND",
            "Provided external ID field does not exist or is not accessible: X__c",
            .configuration
        ),
        Row("duplicate rule", "DUPLICATES_DETECTED", "Use one of these records?", .data),
        Row(
            "lost race",
            "DUPLICATE_VALUE",
            "duplicate value found: X__c duplicates value on record with id: 00Q5e00000abcdE",
            .transient
        ),
        Row("member already", "DUPLICATE_VALUE", "Already a campaign member.", .data),
        Row("key on two records", "DUPLICATE_EXTERNAL_ID", "more than one record found", .data),
        Row("converted lead", "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", .data),
        Row("query malformed", "MALFORMED_QUERY", .data),
        Row("JSON malformed", "JSON_PARSER_ERROR", .data),
        Row("method", 405, "METHOD_NOT_ALLOWED", .data),
        Row("content type", 415, "UNSUPPORTED_MEDIA_TYPE", .data),
        Row("org full", "STORAGE_LIMIT_EXCEEDED", .configuration),
        Row("unknown code", "A_CODE_OF_NEXT_YEAR", "?", .transient),
        Row("unknown code with 403", 403, "ANOTHER_CODE_OF_NEXT_YEAR", .transient),
    ]

    @Test(arguments: rows)
    func singleRequestHasTheRowsClass(row: Row) async throws {
        let body = #"[{"message":"\#(row.message)","errorCode":"\#(row.code)","fields":[]}]"#
        try await withOrg(.always(.answer(row.status, body: body))) { org in
            let error = await Self.error { () throws(SalesforceError) in
                _ = try await org.client.update(.lead, id: "00Q", fields: ["Title": "VP"])
            }
            #expect(error?.errorClass == row.errorClass)
            #expect(error?.faults == [APIFault(code: row.code, message: row.message)])
        }
    }

    @Test(arguments: rows)
    func rowOfABatchHasTheSameClass(row: Row) async throws {
        let body = """
            [{"success":false,"errors":[{"statusCode":"\(row.code)","message":"\(row.message)","fields":[]}]},
             {"id":"00Q2","success":true,"errors":[]}]
            """
        try await withOrg(.always(.answer(200, body: body))) { org in
            let rows = ["00Q1", "00Q2"].map { UpdateRow(id: $0, fields: ["Title": "VP"]) }
            let results = try await org.client.update(.lead, rows: rows)
            guard case .failure(let error) = results[0] else {
                Issue.record("\(results[0])")
                return
            }
            #expect(error.errorClass == row.errorClass)
            #expect(try results[1].get().id == "00Q2", "a row's error is its own")
        }
    }

    @Test(arguments: rows)
    func partOfACompositeHasTheSameClass(row: Row) async throws {
        let body = """
            {"compositeResponse":[{"body":[{"message":"\(row.message)","errorCode":"\(row.code)"}],"httpHeaders":{},
             "httpStatusCode":\(row.status),"referenceId":"part0"}]}
            """
        try await withOrg(.always(.answer(200, body: body))) { org in
            let answers = try await org.client.composite([.update(.lead, id: "00Q", fields: ["Title": "VP"])])
            guard case .failure(let error) = answers[0] else {
                Issue.record("\(answers[0])")
                return
            }
            #expect(error.errorClass == row.errorClass)
        }
    }

    @Test func sessionThatIsRefusedTwiceIsAConfigurationFault() async throws {
        try await withOrg(.always(.answer(401, body: faults("INVALID_SESSION_ID", "Session expired or invalid")))) {
            org in
            let error = await Self.error { () throws(SalesforceError) in
                _ = try await org.client.update(.lead, id: "00Q", fields: [:])
            }
            #expect(
                error == .sessionRejected([APIFault(code: "INVALID_SESSION_ID", message: "Session expired or invalid")])
            )
            #expect(error?.errorClass == .configuration)
            #expect(org.logins.count == 2 && org.requests.count == 2)
        }
    }

    @Test func retiredVersionIsAConfigurationFault() async throws {
        try await withOrg(.always(.answer(410, body: faults("UNSUPPORTED_API_VERSION")))) { org in
            let error = await Self.error { () throws(SalesforceError) in _ = try await org.client.query("x") }
            #expect(error == .versionRetired("v59.0") && error?.errorClass == .configuration)
        }
    }

    @Test(arguments: [500, 502, 503, 504])
    func pageOfHTMLIsPassingTrouble(status: Int) async throws {
        try await withOrg(.always(.answer(status, body: "<html><body>Down for maintenance</body></html>"))) { org in
            let error = await Self.error { () throws(SalesforceError) in
                _ = try await org.client.update(.lead, id: "00Q", fields: [:])
            }
            #expect(error == .server(status: status, retryAfter: nil) && error?.errorClass == .transient)
        }
    }

    @Test(arguments: [(413, ""), (414, "<html>URI Too Long</html>"), (431, ""), (400, "<html>Bad request</html>")])
    func refusalWithoutAReasonIsNotTriedForEver(status: Int, body: String) async throws {
        try await withOrg(.always(.answer(status, body: body))) { org in
            let error = await Self.error { () throws(SalesforceError) in
                _ = try await org.client.update(.lead, id: "00Q", fields: [:])
            }
            #expect(error == .faults(status: status, [], retryAfter: nil) && error?.errorClass == .data)
        }
    }

    @Test(arguments: [
        ("invalid_client", "invalid client credentials", ErrorClass.configuration),
        ("invalid_client_id", "client identifier invalid", .configuration),
        ("invalid_grant", "no client credentials user enabled", .configuration),
        ("invalid_grant", "request not supported on this domain", .configuration),
        ("invalid_grant", "ip restricted", .configuration), ("invalid_grant", "inactive user", .configuration),
        ("invalid_grant", "audience is invalid", .configuration),
        ("invalid_grant", "user hasn't approved this consumer", .configuration),
        ("invalid_grant", "login rate exceeded", .transient), ("server_error", "try again", .transient),
    ])
    func objectOfTheLoginIsRead(code: String, text: String, errorClass: ErrorClass) async throws {
        let body = #"{"error":"\#(code)","error_description":"\#(text)"}"#
        try await withOrg(login: .answer(400, body: body)) { org in
            let error = await Self.error { () throws(SalesforceError) in _ = try await org.client.verifyLogin() }
            guard case .authentication(let failure, let remedy) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(failure == OAuthFailure(error: code, description: text) && !remedy.isEmpty)
            #expect(error?.errorClass == errorClass)
        }
    }

    @Test func severalMatchesAreAnOutcomeAloneAndInABatch() async throws {
        let single =
            #"["/services/data/v59.0/sobjects/Lead/00Q5e00000abcdEEAQ","/services/data/v59.0/sobjects/Lead/00Q5e00000abcdFEAQ"]"#
        let ids = ["00Q5e00000abcdEEAQ", "00Q5e00000abcdFEAQ"]
        let expected = WriteResult(outcome: .multipleMatches(ids: ids), status: 300)
        try await withOrg(.always(.answer(300, body: single))) { org in
            let result = try await org.client.upsert(.lead, externalID: "K__c", value: "k", fields: [:])
            #expect(result == expected)
        }
        let batch = #"""
            [{"success":false,"errors":[{"statusCode":"DUPLICATE_EXTERNAL_ID","fields":["K__c"],
              "message":"K__c: more than one record found for external id field: [00Q5e00000abcdEEAQ, 00Q5e00000abcdFEAQ]"}]}]
            """#
        try await withOrg(.always(.answer(200, body: batch))) { org in
            let results = try await org.client.upsert(
                .lead,
                externalID: "K__c",
                rows: [UpsertRow(key: "k", fields: [:])]
            )
            #expect(results == [.success(expected)])
        }
    }

    @Test func duplicateRuleNamesItsMatchesAloneAndInABatch() {
        let matches = [APIFault.Match(object: "Contact", id: "0035e00000abcdEAAQ")]
        let fault = APIFault(code: "DUPLICATES_DETECTED", message: "Use one of these records?", matches: matches)
        for status in [400, 200] {
            let error = SalesforceError.faults(status: status, [fault], retryAfter: nil)
            #expect(error.isDuplicatesDetected && error.duplicateMatches == matches)
        }
    }

    @Test(arguments: [
        ("DUPLICATE_VALUE", "duplicate value found: X__c", true, false),
        ("DUPLICATE_VALUE", "Already a campaign member.", false, true), ("STRING_TOO_LONG", "", false, false),
    ])
    func takenValuesAreToldFromMembers(code: String, message: String, isTaken: Bool, isMember: Bool) {
        let error = SalesforceError.faults(status: 200, [APIFault(code: code, message: message)], retryAfter: nil)
        #expect(error.isDuplicateValue == isTaken && error.isExistingMember == isMember)
    }

    @Test(arguments: [
        (["State"], "", true), (["MailingCountry"], "", true), (["StateCode"], "", true), (["Rating"], "", false),
        ([], "There's a problem with this country, even though it may appear correct.", true), ([], "No.", false),
    ])
    func refusedAddressIsTold(fields: [String], message: String, isAddress: Bool) {
        let fault = APIFault(code: "FIELD_INTEGRITY_EXCEPTION", message: message, fields: fields)
        #expect(SalesforceError.faults(status: 400, [fault], retryAfter: nil).refusesAddress == isAddress)
    }

    private static func error(_ work: () async throws(SalesforceError) -> Void) async -> SalesforceError? {
        do throws(SalesforceError) {
            try await work()
            return nil
        } catch {
            return error
        }
    }
}

@Suite struct LimitInfoTests {
    @Test func usageIsAValueThatFollowsTheAnswers() async throws {
        let script = ScriptedServer.Script.by { _, number in
            .answer(204, headers: ["Sforce-Limit-Info": "api-usage=\(4000 + number)/5000"])
        }
        try await withOrg(script) { org in
            #expect(org.client.latestLimitInfo == nil)
            _ = try await org.client.update(.lead, id: "00Q", fields: [:])
            let info = try #require(org.client.latestLimitInfo)
            #expect(info == LimitInfo(used: 4001, allowed: 5000) && info.share == 4001.0 / 5000)
            let copy = org.client
            _ = try await copy.update(.lead, id: "00Q", fields: [:])
            #expect(org.client.latestLimitInfo?.used == 4002, "copies of a client share it")
        }
    }

    @Test func batchesAndCompositesTellItToo() async throws {
        try await withSandbox { org in
            _ = try await org.client.update(.lead, rows: [UpdateRow(id: "00Q", fields: [:])])
            #expect(org.client.latestLimitInfo == LimitInfo(used: 1, allowed: 15_000))
            _ = try await org.client.composite([.query("SELECT Id FROM Lead"), .query("SELECT Id FROM Contact")])
            #expect(org.client.latestLimitInfo == LimitInfo(used: 2, allowed: 15_000))
        }
    }

    @Test func allowanceOfNothingIsUsedUp() {
        #expect(LimitInfo(used: 0, allowed: 0).share == 1)
    }
}
