import Model
import Salesforce
import Sandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CompositeTests {
    private static let key = "GetResponse_Contact_ID__c"

    @Test func writeAndConversionCheckAreOneCall() async throws {
        try await withSandbox { org in
            let lead = try org.insertLead([Self.key: "a"])
            let check = "SELECT Id, IsConverted FROM Lead WHERE \(Self.key) = 'a'"
            let answers = try await org.client.composite([
                .upsert(.lead, externalID: Self.key, value: "a", fields: ["Title": "VP", Self.key: "a"]),
                .query(check),
            ])
            #expect(try answers[0].get() == .write(WriteResult(outcome: .updated(id: lead), status: 200)))
            let fields: [String: FieldValue] = ["Id": .string(lead), "IsConverted": false]
            #expect(try answers[1].get() == .rows([SalesforceRow(type: "Lead", fields: fields)]))
            #expect(org.salesforce.requestCount == 1)
        }
    }

    @Test func everyKindOfPartIsAnsweredInItsForm() async throws {
        try await withSandbox { org in
            let lead = try org.insertLead()
            let first = try org.insertLead([Self.key: "double"])
            let second = try org.insertLead([Self.key: "double"])
            let name: [String: FieldValue] = ["LastName": "Doe", "Company": "Acme"]
            let answers = try await org.client.composite([
                .update(.lead, id: lead, fields: ["Title": "VP"]),
                .create(.lead, fields: name),
                .upsert(.lead, externalID: Self.key, value: "a/b", fields: name),
                .upsert(.lead, externalID: Self.key, value: "double", fields: name),
                .upsert(
                    .lead,
                    externalID: Self.key,
                    value: "nobody",
                    fields: name,
                    options: WriteOptions(updateOnly: true)
                ),
                .upsertRows(.lead, externalID: Self.key, rows: [UpsertRow(key: "c", fields: name)]),
                .updateRows(
                    .lead,
                    rows: [UpdateRow(id: lead, fields: ["Fax": "1"]), UpdateRow(id: "", fields: [:])]
                ),
                .createRows(.lead, rows: [name, ["LastName": "Doe"]]),
                .create(.lead, fields: ["LastName": "Doe"]),
                .query("SELECT Id FROM Nonsense"),
            ])
            #expect(try answers[0].get() == .write(WriteResult(outcome: .updated(id: nil), status: 204)))
            #expect(try Self.write(answers[1])?.status == 201)
            #expect(try Self.write(answers[2])?.status == 201)
            #expect(try Self.write(answers[3])?.outcome == .multipleMatches(ids: [first, second]))
            #expect(Self.error(answers[4])?.isMissingRecord == true)
            #expect(try Self.batch(answers[5]).map { try $0.get().status } == [201])
            let updates = try Self.batch(answers[6])
            #expect(try updates[0].get().id == lead && updates.count == 2)
            let creates = try Self.batch(answers[7])
            #expect(try creates[0].get().status == 201)
            guard case .failure(let refusal) = creates[1] else {
                Issue.record("a Lead without a company")
                return
            }
            #expect(refusal.faults.map(\.code) == ["REQUIRED_FIELD_MISSING"])
            #expect(Self.error(answers[8])?.faults.map(\.fields) == [["Company"]])
            #expect(Self.error(answers[9])?.errorClass == .configuration)
            #expect(org.salesforce.requestCount == 1)
        }
    }

    @Test func headersTravelWithEachWrite() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.assignmentRuleOwners = ["0055e00000AAAAAAAA"]
        try await withSandbox(configuration) { org in
            let kept = try org.insertLead()
            let moved = try org.insertLead()
            _ = try await org.client.composite([
                .update(.lead, id: kept, fields: ["Title": "VP"]),
                .update(.lead, id: moved, fields: ["Title": "VP"], options: WriteOptions(autoAssign: .active)),
                .updateRows(.lead, rows: [UpdateRow(id: kept, fields: ["Fax": "1"])]),
            ])
            #expect(org.salesforce.row(kept)?["OwnerId"] != "0055e00000AAAAAAAA")
            #expect(org.salesforce.row(moved)?["OwnerId"] == "0055e00000AAAAAAAA")
        }
    }

    @Test func rowsOfALongQueryArePagedToTheEnd() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.queryBatchSize = 4
        try await withSandbox(configuration) { org in
            for number in 0..<9 { try org.salesforce.insert("Contact", ["LastName": .string("C\(number)")]) }
            let answers = try await org.client.composite([.query("SELECT Id FROM Contact")])
            guard case .rows(let rows) = try answers[0].get() else { return }
            #expect(rows.count == 9 && org.salesforce.requestCount == 3)
        }
    }

    @Test func limitsAndReferencesAreRefusedHere() async throws {
        try await withOrg { org in
            let query = CompositeOperation.query("SELECT Id FROM Lead")
            let create = CompositeOperation.create(.lead, fields: ["LastName": "x"])
            let tooLong = CompositeOperation.createRows(.lead, rows: Array(repeating: ["LastName": "x"], count: 201))
            let reference = CompositeOperation.create(.lead, fields: ["LastName": "Jane @{lead.id}"])
            let keyed = CompositeOperation.upsertRows(
                .lead,
                externalID: "K__c",
                rows: [UpsertRow(key: "@{", fields: [:])]
            )
            for operations in [
                Array(repeating: query, count: 6), Array(repeating: create, count: 26), [tooLong], [reference], [keyed],
            ] {
                await #expect(throws: BatchFailure.self) { try await org.client.composite(operations) }
            }
            let nothing = try await org.client.composite([])
            #expect(nothing.isEmpty && org.server.requests.isEmpty)
        }
    }

    @Test func lostAnswerLeavesWritesUnknownAndQuestionsOnlyUnanswered() async throws {
        try await withOrg(.always(.drop)) { org in
            let write = await Self.failure { () throws(BatchFailure) in
                _ = try await org.client.composite([.update(.lead, id: "00Q", fields: [:])])
            }
            guard case .everyRowUnknown(.lostAnswer) = write else {
                Issue.record("\(String(describing: write))")
                return
            }
            let question = await Self.failure { () throws(BatchFailure) in
                _ = try await org.client.composite([.query("SELECT Id FROM Lead")])
            }
            guard case .noRowWritten(.unanswered) = question else {
                Issue.record("\(String(describing: question))")
                return
            }
        }
    }

    @Test(arguments: [
        #"{"compositeResponse":[]}"#, "[]", "",
        #"{"compositeResponse":[{"referenceId":"other","httpStatusCode":204,"body":null}]}"#,
    ])
    func answerWithoutAPartForEachIsNoAnswer(body: String) async throws {
        try await withOrg(.always(.answer(200, body: body))) { org in
            let write = await Self.failure { () throws(BatchFailure) in
                _ = try await org.client.composite([.update(.lead, id: "00Q", fields: [:])])
            }
            #expect(write?.error.errorClass == .lostAnswer)
            let question = await Self.failure { () throws(BatchFailure) in
                _ = try await org.client.composite([.query("SELECT Id FROM Lead")])
            }
            #expect(question?.error.errorClass == .transient)
        }
    }

    @Test func gatewaysFailureInsideAPartLeavesACreateOpen() async throws {
        let body = #"{"compositeResponse":[{"referenceId":"part0","httpStatusCode":503,"body":null,"httpHeaders":{}}]}"#
        try await withOrg(.always(.answer(200, body: body))) { org in
            let create = try await org.client.composite([.create(.task, fields: ["Subject": "x"])])
            #expect(Self.error(create[0]) == .lostAnswer(reason: "HTTP 503"))
            let update = try await org.client.composite([.update(.task, id: "00T", fields: [:])])
            #expect(Self.error(update[0]) == .server(status: 503, retryAfter: nil))
        }
    }

    private typealias Answer = Result<CompositeAnswer, SalesforceError>

    private static func write(_ answer: Answer) throws -> WriteResult? {
        guard case .write(let result) = try answer.get() else { return nil }
        return result
    }

    private static func batch(_ answer: Answer) throws -> [RowResult] {
        guard case .batch(let rows) = try answer.get() else { return [] }
        return rows
    }

    private static func error(_ answer: Answer) -> SalesforceError? {
        guard case .failure(let error) = answer else { return nil }
        return error
    }

    private static func failure(_ work: () async throws(BatchFailure) -> Void) async -> BatchFailure? {
        do throws(BatchFailure) {
            try await work()
            return nil
        } catch {
            return error
        }
    }
}
