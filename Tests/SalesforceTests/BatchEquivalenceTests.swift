import Model
import Salesforce
import Sandbox
import TestSupport
import Testing

/// A batch is nothing but its rows: each ends as it would have alone.
@Suite(.timeLimit(.minutes(1))) struct BatchEquivalenceTests {
    private static let key = "GetResponse_Contact_ID__c"

    /// What can be compared between two orgs, whose ids differ.
    private enum Ending: Hashable {
        case created
        case updated
        case matches(Int)
        case refused([String], ErrorClass)
    }

    @Test(arguments: [11, 12, 13, 14, 15, 16] as [UInt64])
    func everyRowEndsAsItWouldAlone(seed: UInt64) async throws {
        let rows = Self.rows(seed: seed)
        var batched: [Ending] = []
        var parts: [Ending] = []
        var single: [Ending] = []
        var held: [[String]] = []
        for way in 0..<3 {
            try await withSandbox(Self.configuration) { org in
                try Self.fill(org)
                switch way {
                case 0:
                    let results = try await org.client.upsert(.lead, externalID: Self.key, rows: rows)
                    batched = results.map(Self.ending)
                case 1:
                    for chunk in stride(from: 0, to: rows.count, by: 25).map({ rows[$0..<min($0 + 25, rows.count)] }) {
                        let answers = try await org.client.composite(
                            chunk.map { .upsert(.lead, externalID: Self.key, value: $0.key, fields: $0.fields) }
                        )
                        parts += answers.map { answer in
                            Self.ending(
                                answer.map { answer in
                                    guard case .write(let result) = answer else {
                                        return WriteResult(outcome: .updated(id: "no write"), status: 0)
                                    }
                                    return result
                                }
                            )
                        }
                    }
                default:
                    for row in rows {
                        do throws(SalesforceError) {
                            let result = try await org.client.upsert(
                                .lead,
                                externalID: Self.key,
                                value: row.key,
                                fields: row.fields
                            )
                            single.append(Self.ending(.success(result)))
                        } catch {
                            single.append(Self.ending(.failure(error)))
                        }
                    }
                }
                held.append(
                    org.salesforce.rows("Lead").map { row in
                        [Self.key, "LastName", "Email", "Title"].map { row[$0].string ?? "" }.joined(separator: "|")
                    }
                )
            }
        }
        #expect(batched == single)
        #expect(parts == single)
        #expect(held[0] == held[2] && held[1] == held[2], "the org ends the same too")
        #expect(Set(batched).count > 3, "there is something to compare")
    }

    private static var configuration: SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.salesforce.duplicateRule = .block
        return configuration
    }

    /// Keys that are new, known, converted or on two Leads, in any order, with fields of which some are refused.
    private static func rows(seed: UInt64) -> [UpsertRow] {
        var random = SeededGenerator(seed: seed)
        var keys = (0..<30).map { "new\($0)" } + (0..<10).map { "known\($0)" } + ["converted", "double"]
        keys.shuffle(using: &random)
        return keys.map { key in
            var fields: [String: FieldValue] = ["LastName": .string("Doe \(key)"), "Company": "Acme"]
            switch Int.random(in: 0..<10, using: &random) {
            case 0: fields["Email"] = "nonsense"
            case 1: fields["Title"] = .string(String(repeating: "x", count: 129))
            case 2: fields["Nonsense__c"] = "x"
            case 3: fields["LastName"] = .null
            case 4: fields["Email"] = "taken@example.com"
            case 5: fields["ConvertedContactId"] = "x"
            default: fields["Title"] = .string("VP \(key)")
            }
            return UpsertRow(key: key, fields: fields)
        }
    }

    private static func fill(_ org: SandboxOrg) throws {
        for number in 0..<10 { _ = try org.insertLead([key: .string("known\(number)")]) }
        for _ in 0..<2 { _ = try org.insertLead([key: "double"]) }
        _ = try org.salesforce.insert("Contact", ["LastName": "Taken", "Email": "taken@example.com"])
        try org.salesforce.convertLead(try org.insertLead([key: "converted"]))
    }

    private static func ending(_ result: RowResult) -> Ending {
        switch result {
        case .success(let result):
            switch result.outcome {
            case .created: .created
            case .updated: .updated
            case .multipleMatches(let ids): .matches(ids.count)
            }
        case .failure(let error): .refused(error.faults.map(\.code), error.errorClass)
        }
    }
}
