import Model
import Salesforce
import Sandbox
import TestSupport
import Testing

/// Writes of many rows: what goes over the wire, and whose error is whose.
@Suite(.timeLimit(.minutes(1))) struct BatchWriteTests {
    private static let key = "GetResponse_Contact_ID__c"

    @Test func upsertPutsTheKeyIntoEachRecord() async throws {
        let answer = #"""
            [{"id":"00Q1","success":true,"errors":[],"created":true},{"id":"00Q2","success":true,"errors":[],"created":false}]
            """#
        try await withOrg(.always(.answer(200, body: answer))) { org in
            let results = try await org.client.upsert(
                .lead,
                externalID: Self.key,
                rows: [
                    UpsertRow(key: "a", fields: ["City": "Gdansk", "Id": "00Q9", "getresponse_contact_id__C": "x"]),
                    UpsertRow(key: "b", fields: ["Fax": .null, "attributes": "x"]),
                ],
                options: WriteOptions(allowsDuplicates: true)
            )
            #expect(
                results == [
                    .success(WriteResult(outcome: .created(id: "00Q1"), status: 201)),
                    .success(WriteResult(outcome: .updated(id: "00Q2"), status: 200)),
                ]
            )
            let request = try #require(org.requests.first)
            #expect(request.method == "PATCH")
            #expect(request.target == "/services/data/v59.0/composite/sobjects/Lead/\(Self.key)")
            #expect(request.headers["sforce-auto-assign"] == "FALSE")
            #expect(request.headers["sforce-duplicate-rule-header"] == "allowSave=true")
            #expect(
                request.body
                    == #"{"allOrNone":false,"records":[{"City":"Gdansk","GetResponse_Contact_ID__c":"a","#
                    + #""attributes":{"type":"Lead"}},{"Fax":null,"GetResponse_Contact_ID__c":"b","#
                    + #""attributes":{"type":"Lead"}}]}"#
            )
        }
    }

    @Test func updateAndCreateHaveTheirOwnForms() async throws {
        let answer = #"[{"id":"00Q1","success":true,"errors":[]}]"#
        try await withOrg(.always(.answer(200, body: answer))) { org in
            let updated = try await org.client.update(.lead, rows: [UpdateRow(id: "00Q1", fields: ["Title": "VP"])])
            let created = try await org.client.create(
                .task,
                rows: [["Subject": "Open", "id": "x"]],
                options: WriteOptions(autoAssign: .active)
            )
            #expect(updated == [.success(WriteResult(outcome: .updated(id: "00Q1"), status: 200))])
            #expect(created == [.success(WriteResult(outcome: .created(id: "00Q1"), status: 201))])
            #expect(org.requests.map(\.method) == ["PATCH", "POST"])
            #expect(org.requests.map(\.target) == Array(repeating: "/services/data/v59.0/composite/sobjects", count: 2))
            #expect(org.requests.map { $0.headers["sforce-auto-assign"] } == ["FALSE", "TRUE"])
            #expect(
                org.requests.map(\.body) == [
                    #"{"allOrNone":false,"records":[{"Title":"VP","attributes":{"type":"Lead"},"id":"00Q1"}]}"#,
                    #"{"allOrNone":false,"records":[{"Subject":"Open","attributes":{"type":"Task"}}]}"#,
                ]
            )
        }
    }

    @Test func eachRowHasItsOwnTypedError() async throws {
        try await withSandbox { org in
            let known = try org.insertLead([Self.key: "known"])
            let first = try org.insertLead([Self.key: "double"])
            let second = try org.insertLead([Self.key: "double"])
            let converted = try org.insertLead([Self.key: "converted"])
            try org.salesforce.convertLead(converted)
            let name: [String: FieldValue] = ["LastName": "Doe", "Company": "Acme"]
            let results = try await org.client.upsert(
                .lead,
                externalID: Self.key,
                rows: [
                    UpsertRow(key: "known", fields: ["Title": "VP"]),
                    UpsertRow(key: "new", fields: name),
                    UpsertRow(key: "bad", fields: name.merging(["Email": "nonsense"]) { $1 }),
                    UpsertRow(key: "", fields: name),
                    UpsertRow(key: "twice", fields: name),
                    UpsertRow(key: "twice", fields: name),
                    UpsertRow(key: "double", fields: name),
                    UpsertRow(key: "converted", fields: name),
                    UpsertRow(key: "hidden", fields: name.merging(["Nonsense__c": "x"]) { $1 }),
                ]
            )
            #expect(results.count == 9)
            #expect(try results[0].get() == WriteResult(outcome: .updated(id: known), status: 200))
            #expect(try results[1].get().status == 201)
            #expect(Self.error(results[2])?.faults.map(\.code) == ["INVALID_EMAIL_ADDRESS"])
            #expect(Self.error(results[2])?.errorClass == .data)
            #expect(Self.error(results[3])?.faults.map(\.code) == ["MALFORMED_ID"])
            #expect(Self.error(results[4])?.isDuplicateValue == true)
            #expect(Self.error(results[5])?.isDuplicateValue == true)
            #expect(try results[6].get().outcome == .multipleMatches(ids: [first, second]))
            #expect(Self.error(results[7])?.isConvertedLead == true)
            #expect(Self.error(results[8])?.missingField == "Nonsense__c")
            #expect(Self.error(results[8])?.errorClass == .configuration)
            #expect(org.salesforce.requestCount == 1, "two hundred rows would have cost the org one request too")
            #expect(org.salesforce.row(known)?["Title"] == "VP")
        }
    }

    @Test func rowsAreWrittenOverThreeRequestsOfTwoHundred() async throws {
        try await withSandbox { org in
            let rows = (0..<200).map {
                UpsertRow(key: "k\($0)", fields: ["LastName": .string("Doe \($0)"), "Company": "Acme"])
            }
            let created = try await org.client.upsert(.lead, externalID: Self.key, rows: rows)
            #expect(created.allSatisfy { (try? $0.get().status) == 201 })
            let ids = try created.map { try #require(try $0.get().id) }
            let updates = ids.map { UpdateRow(id: $0, fields: ["HasOptedOutOfEmail": true]) }
            let updated = try await org.client.update(.lead, rows: updates)
            #expect(try updated.map { try $0.get().id } == ids)
            #expect(org.salesforce.rows("Lead").allSatisfy { $0["HasOptedOutOfEmail"] == true })
            let tasks = try await org.client.create(.task, rows: ids.map { ["Subject": "Open", "WhoId": .string($0)] })
            #expect(Set(try tasks.map { try $0.get().id }).count == 200)
            #expect(org.salesforce.requestCount == 3)
        }
    }

    @Test func whatCannotBeSentIsRefusedHere() async throws {
        try await withOrg { org in
            let rows = (0...200).map { UpdateRow(id: "00Q\($0)", fields: [:]) }
            let tooMany = try await Self.failure { try await org.client.update(.lead, rows: rows) }
            #expect(tooMany?.mayPassInHalves == true)
            let bound = try await Self.failure {
                try await org.client.upsert(
                    .lead,
                    externalID: Self.key,
                    rows: [UpsertRow(key: "a", fields: [:])],
                    options: WriteOptions(updateOnly: true)
                )
            }
            #expect(bound?.error.errorClass == .data)
            let unwritable = try await Self.failure {
                try await org.client.update(.lead, rows: [UpdateRow(id: "00Q", fields: ["N": .number(.nan)])])
            }
            #expect(unwritable?.mayPassInHalves == true)
            #expect(try await org.client.update(.lead, rows: []).isEmpty)
            let keyless = try await org.client.update(.lead, rows: [UpdateRow(id: "", fields: [:])])
            #expect(Self.error(keyless[0])?.errorClass == .data)
            #expect(org.server.requests.isEmpty)
        }
    }

    @Test(arguments: [ScriptedServer.Reply.drop, .cutOff(200), .answer(200, body: "[]"), .answer(200, body: "<html>")])
    func lostAnswerLeavesEveryRowUnknown(reply: ScriptedServer.Reply) async throws {
        try await withOrg(.always(reply)) { org in
            let failures = [
                try await Self.failure { try await org.client.update(.lead, rows: [Self.update]) },
                try await Self.failure { try await org.client.create(.task, rows: [["Subject": "Open"]]) },
            ]
            for failure in failures {
                guard case .everyRowUnknown(.lostAnswer) = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
                #expect(failure?.error.errorClass == .lostAnswer && failure?.mayPassInHalves == false)
            }
        }
    }

    @Test func gatewaysFailureLeavesEveryRowUnknown() async throws {
        try await withOrg(.always(.answer(502, body: "<html>Bad gateway</html>"))) { org in
            let update = try await Self.failure { try await org.client.update(.lead, rows: [Self.update]) }
            #expect(update == .everyRowUnknown(.server(status: 502, retryAfter: nil)))
            let create = try await Self.failure { try await org.client.create(.task, rows: [["Subject": "Open"]]) }
            #expect(create == .everyRowUnknown(.lostAnswer(reason: "HTTP 502")))
        }
    }

    @Test func batchThatNeverLeftWroteNothing() async throws {
        let closed = try ScriptedServer(.always(.drop), isListening: false)
        defer { closed.stop() }
        try await withOrg(instance: closed.baseURL) { org in
            let failure = try await Self.failure { try await org.client.update(.lead, rows: [Self.update]) }
            guard case .noRowWritten(.notSent) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(failure?.mayPassInHalves == false)
        }
        try await withOrg(login: .answer(503, body: "<html>")) { org in
            let failure = try await Self.failure { try await org.client.update(.lead, rows: [Self.update]) }
            #expect(failure == .noRowWritten(.server(status: 503, retryAfter: nil)), "it was the log-in that failed")
        }
    }

    @Test(arguments: [
        (400, faults("JSON_PARSER_ERROR"), true), (400, faults("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"), true),
        (400, faults("QUERY_TIMEOUT"), true), (413, "", true), (400, faults("UNABLE_TO_LOCK_ROW"), false),
        (403, faults("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), false),
        (404, faults("NOT_FOUND", "Provided external ID field does not exist or is not accessible: K__c"), false),
        (400, faults("INVALID_TYPE"), false), (410, faults("UNSUPPORTED_API_VERSION"), false),
        (500, faults("UNKNOWN_EXCEPTION"), false),
    ])
    func onlyWhatARowOrTheSizeMayCauseIsTriedInHalves(status: Int, body: String, halves: Bool) async throws {
        try await withOrg(.always(.answer(status, body: body))) { org in
            let failure = try await Self.failure { try await org.client.update(.lead, rows: [Self.update]) }
            guard case .noRowWritten = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(failure?.mayPassInHalves == halves)
        }
    }

    @Test func triggerThatTakesAllRowsWithItAsksForHalves() async throws {
        try await withSandbox { org in
            let ids = try (0..<3).map { _ in try org.insertLead() }
            let rows = ids.map { UpdateRow(id: $0, fields: ["Title": "VP"]) }
            let code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
            org.salesforce.failWrites(to: "Lead", next: 3, code: code, message: "LeadTrigger: NullPointerException")
            #expect(try await org.client.update(.lead, rows: rows).mayPassInHalves)
            org.salesforce.failWrites(to: "Lead", next: 2, code: code, message: "LeadTrigger: NullPointerException")
            #expect(try await !org.client.update(.lead, rows: rows).mayPassInHalves, "one row got through")
            org.salesforce.failWrites(to: "Lead", next: 1, code: code)
            #expect(try await !org.client.update(.lead, rows: [rows[0]]).mayPassInHalves, "one row has no halves")
        }
    }

    private static let update = UpdateRow(id: "00Q", fields: ["Title": "VP"])

    private static func error(_ result: RowResult) -> SalesforceError? {
        guard case .failure(let error) = result else { return nil }
        return error
    }

    private static func failure(_ write: () async throws -> [RowResult]) async throws -> BatchFailure? {
        do {
            _ = try await write()
            return nil
        } catch let failure as BatchFailure {
            return failure
        }
    }
}
