import Foundation
import Sandbox
import Testing

/// What the audits print.
@Suite("Audits", .timeLimit(.minutes(2)))
struct AuditCommandTests {
    private func withOptOut(_ body: (Deployment) async throws -> Void) async throws {
        try await Deployment.withFresh { deployment in
            for object in ["Lead", "Contact"] {
                try deployment.sandbox.salesforce.insert(
                    object,
                    ["LastName": "Doe", "Email": "jane@acme.example"].merging(object == "Lead" ? ["Company": "A"] : [:])
                    { $1 }
                )
            }
            try await deployment.withIngest { _ in
                try await deployment.get(
                    "action=unsubscribe&CONTACT_ID=c1&contact_email=Jane%40acme.example&CAMPAIGN_ID=L1"
                )
            }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 0)
            try await body(deployment)
        }
    }

    @Test func eachOptOutHasItsRecordsTimesAndRequests() async throws {
        try await withOptOut { deployment in
            let json = try await deployment.leadrelay.run("audit", "opt-outs", "--format", "json")
            #expect(json.status == 0, "\(json.error)")
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
            let row = try #require(rows.first)
            #expect(rows.count == 1)
            #expect(row["person"] as? String == "jane@acme.example" && row["reason"] as? String == "unsubscribe")
            #expect(row["overdue"] as? Bool == false && row["outcome"] as? String == "applied")
            let records = try #require(row["records"] as? [[String: Any]])
            #expect(Set(records.compactMap { $0["object"] as? String }) == ["Lead", "Contact"])
            #expect(records.allSatisfy { $0["written_at"] is Int && $0["verified_at"] is Int })
            #expect(Set(records.compactMap { $0["request_id"] as? String }).count == 2)
            #expect(json.error.contains("1 opt-out, 0 overdue. 1 confirmed: median"))
            let csv = try await deployment.leadrelay.run("audit", "opt-outs", "--format", "csv")
            let lines = csv.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines[0].hasPrefix("event_id,person,source,reason,occurred_at,received_at,state,records,confirmed_at,")
            )
            let table = try await deployment.leadrelay.run("audit", "opt-outs")
            #expect(table.output.contains("1 opt-out, 0 overdue. 1 confirmed: median"))
            let later = try await deployment.leadrelay.run("audit", "opt-outs", "--until", "2020-01-01", "--summary")
            #expect(later.output == "0 opt-outs, 0 overdue.\n")
            let summary = try await deployment.leadrelay.run("audit", "opt-outs", "--summary", "--format", "json")
            let figures = try JSONSerialization.jsonObject(with: Data(summary.output.utf8)) as? [String: Any]
            #expect(figures?["count"] as? Int == 1 && figures?["worst"] is Double)
        }
    }

    @Test func storyOfAPersonIsToldInOrder() async throws {
        try await withOptOut { deployment in
            let told = try await deployment.leadrelay.run("audit", "person", "JANE@acme.example")
            #expect(told.status == 0, "\(told.error)")
            #expect(told.output.hasPrefix("Known as contact:c1, jane@acme.example."))
            let kinds = told.output.split(separator: "\n").compactMap { line in
                ["callback", "event", "consent", "attempt", "effect"].first { line.contains("  \($0)  ") }
            }
            #expect(kinds.first == "callback" && kinds.contains("consent") && kinds.contains("effect"))
            #expect(told.output.contains("optout.lead Lead 00Q"))
            let json = try await deployment.leadrelay.run("audit", "person", "jane@acme.example", "--format", "json")
            let rows = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
            #expect((rows?.count ?? 0) >= 7)
            let nobody = try await deployment.leadrelay.run("audit", "person", "who@acme.example")
            #expect(nobody.status == 1 && nobody.error.contains("knows nobody"))
            #expect(try await deployment.leadrelay.run("audit", "person", "nobody").status == 64)
        }
    }
}
