import AsyncHTTPClient
import Foundation
import Testing

/// Nobody decodes: what was received may be an opt-out, and everybody who asks is told.
@Suite("Overdue", .timeLimit(.minutes(2)))
struct OverdueTests {
    @Test func callbackThatADeadWorkerNeverDecodedShowsInStatusAuditAndIngestsMetrics() async throws {
        try await Deployment.withFresh { deployment in
            let leadrelay = deployment.leadrelay.with(["LEADRELAY_OPT_OUT_DEADLINE": "1s"])
            #expect(try await leadrelay.run("worker", "--drain").status == 0)
            #expect(try await leadrelay.run("status").status == 0)
            try await deployment.withIngest { _ in
                try await deployment.get("action=unsubscribe&CONTACT_ID=c1&contact_email=p1%40acme.example")
                try await deployment.eventually("status exits with 1") {
                    try await leadrelay.run("status").status == 1
                }
                let status = try await leadrelay.run("status", "--json")
                let json = try #require(
                    try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any]
                )
                #expect(json["callbacks_overdue"] as? Bool == true)
                #expect((json["callbacks_undecoded_oldest_seconds"] as? Double ?? 0) > 1)
                #expect((json["opt_outs"] as? [String: Int]) == ["pending": 0, "overdue": 0])
                let audit = try await leadrelay.run("audit", "opt-outs", "--overdue")
                #expect(audit.status == 1)
                #expect(audit.error.contains("one may be an opt-out"))
                let metrics = try await deployment.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:\(deployment.ingestPort)/metrics")
                )
                let sample = try #require(
                    metrics.body.split(separator: "\n")
                        .first { $0.hasPrefix("leadrelay_callbacks_undecoded_oldest_seconds ") }
                )
                #expect((Double(sample.split(separator: " ").last ?? "") ?? 0) > 1)
            }
            #expect(try await leadrelay.run("worker", "--drain").status == 0)
            #expect(try await leadrelay.run("status").status == 0)
        }
    }
}
