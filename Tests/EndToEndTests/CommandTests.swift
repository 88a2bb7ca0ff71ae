import Foundation
import Journal
import Sandbox
import TestSupport
import Testing

/// What the commands print and how they exit.
@Suite("Commands", .timeLimit(.minutes(2)))
struct CommandTests {
    @Test func drainEndsWithTheQueueEmptyAndStatusSaysSo() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.post(MainJobTests.guidePayload)
            }
            let waiting = try await json(of: deployment.leadrelay.run("status", "--json"))
            #expect(waiting["callbacks_undecoded"] as? Int == 1)
            let drained = try await deployment.leadrelay.run("worker", "--drain")
            #expect(drained.status == 0, "\(drained.error)")
            let status = try await deployment.leadrelay.run("status", "--json")
            #expect(status.status == 0)
            let keys = try json(of: status)
            #expect(
                Set(keys.keys).isSuperset(of: ["lanes", "budget", "drain_eta", "opt_outs", "pauses", "wal_bytes"])
            )
            #expect((keys["lanes"] as? [Any])?.isEmpty == true)
            let budget = try #require(keys["budget"] as? [String: Any])
            #expect(Set(budget.keys) == ["cap", "used", "left", "paused_until"])
            #expect(budget["cap"] as? Int == 400)
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func whatCannotBeDecodedBecomesADeadLetterThatCanBeShownAndDiscarded() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                let refused = try await deployment.post("{not json")
                #expect(refused.status == 400)
                #expect(refused.body.contains("1"))
                try await deployment.get("action=survey&CONTACT_ID=c1&contact_email=a%40b.example&CAMPAIGN_ID=l1")
                // Not even about anybody: kept all the same.
                try await deployment.post(#"{"type":"contacts_import_finished","account":{"accountId":"a1"}}"#)
            }
            let drained = try await deployment.leadrelay.run("worker", "--drain")
            #expect(drained.status == 1, "a dead letter was made in this run")
            let list = try await deployment.leadrelay.run("dead-letters", "list", "--format", "json")
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
            #expect(rows.count == 1)
            let id = try #require(rows.first?["event_id"] as? Int)
            let shown = try await deployment.leadrelay.run("dead-letters", "show", String(id))
            #expect(shown.output.contains("{not json"))
            #expect(!shown.output.contains("s3cret"))
            let withoutReason = try await deployment.leadrelay.run(
                "dead-letters",
                "discard",
                String(id),
                "--reason",
                " "
            )
            #expect(withoutReason.status == 64)
            let discarded = try await deployment.leadrelay.run(
                "dead-letters",
                "discard",
                String(id),
                "--reason",
                "a test of the sender"
            )
            #expect(discarded.status == 0)
            for event in [Int64(2), 3] {
                let details = try await deployment.reader().eventDetails(event)
                #expect(details.first?.rows.first?["outcome"] == .text("ignored"))
            }
        }
    }

    @Test func deadLetterIsReplayedOnceItsCauseIsMended() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.post(MainJobTests.guidePayload)
            }
            deployment.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"No.","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":[]}]"#,
                    contentType: "application/json"
                ),
                next: 1,
                matching: RequestMatcher(method: "PATCH", path: nil, body: nil)
            )
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
            #expect(deployment.sandbox.salesforce.rows("Lead").isEmpty)
            #expect(try await deployment.leadrelay.run("dead-letters", "replay", "1").status == 0)
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 0)
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func doctorFindsNothingWrongWithTheSandboxAndNamesAWrongSecret() async throws {
        try await Deployment.withFresh { deployment in
            let good = try await deployment.leadrelay.run("doctor", "--json")
            #expect(good.status == 0, "\(good.output) \(good.error)")
            let window = try await deployment.reader().requestWindow(length: .seconds(3600))
            #expect(window.count == 2, "doctor's requests are counted like any other")
            #expect(deployment.sandbox.getResponse.requests.all.count == 2)
            deployment.sandbox.getResponse.callback = GetResponseCallback(
                url: "https://other.example/hook",
                actions: [:]
            )
            let foreign = try await deployment.leadrelay
                .with(["LEADRELAY_INGEST_PUBLIC_URL": "https://relay.example.com"]).run("doctor")
            #expect(foreign.status == 1)
            #expect(
                foreign.output.contains(
                    "getresponse.callback: GetResponse sends its callbacks to https://other.example"
                )
            )
            #expect(!foreign.output.contains("s3cret"))
            let bad = try await deployment.leadrelay
                .with(["LEADRELAY_SALESFORCE_CLIENT_SECRET": "wrong-secret-value"]).run("doctor")
            #expect(bad.status == 1)
            #expect(bad.output.contains("salesforce.login"))
            #expect(!(bad.output + bad.error).contains("wrong-secret-value"))
            let badKey = try await deployment.leadrelay.with(["LEADRELAY_GETRESPONSE_API_KEY": "nope"]).run("doctor")
            #expect(badKey.status == 1)
            #expect(badKey.output.contains("getresponse.login"))
        }
    }

    @Test func missingSettingsAreNamedWithExitStatus78() async throws {
        let folder = try TemporaryDirectory()
        let empty = folder.path("empty.yaml")
        try Data().write(to: URL(fileURLWithPath: empty))
        let bare = Product(environment: [:])
        let ingest = try await bare.run("ingest", "--config", empty)
        #expect(ingest.status == 78)
        #expect(ingest.error.contains("LEADRELAY_INGEST_TOKEN"))
        let worker = try await bare.run("worker", "--config", empty)
        #expect(worker.status == 78)
        #expect(worker.error.contains("LEADRELAY_SALESFORCE_LOGIN_URL"))
        let unknown = try await Product(environment: ["LEADRELAY_INGEST_PROT": "1"]).run(
            "status",
            "--config",
            "/dev/null"
        )
        #expect(unknown.status == 78)
        #expect(try await bare.run("worker", "--frobnicate").status == 64)
    }

    @Test func statusOfAMissingJournalSaysWhatToDo() async throws {
        let product = Product(environment: ["LEADRELAY_JOURNAL_PATH": "/nonexistent/journal.sqlite"])
        for command in Self.readingCommands {
            let outcome = try await product.run(command)
            #expect(outcome.status == 78, "\(command)")
            #expect(outcome.error.contains("There is no journal at /nonexistent/journal.sqlite"), "\(outcome.error)")
            #expect(outcome.error.contains("leadrelay migrate"))
        }
    }

    @Test func readingANewerJournalSaysWhatToDo() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("journal.sqlite")
        let product = Product(environment: ["LEADRELAY_JOURNAL_PATH": path])
        _ = try await product.run("migrate")
        try PlainSQL.execute("PRAGMA user_version = 999", in: path)
        for command in Self.readingCommands {
            let outcome = try await product.run(command)
            #expect(outcome.status == 78, "\(command): \(outcome.error)")
            #expect(outcome.error.contains("install the newer LeadRelay"), "\(outcome.error)")
        }
    }

    private static let readingCommands = [
        ["status"], ["watch", "--once"], ["audit", "opt-outs"], ["dead-letters", "list"], ["events", "show", "1"],
        ["journal", "check"],
    ]

    @Test func processesStopOnSIGTERMWithStatus0() async throws {
        try await Deployment.withFresh { deployment in
            let ingest = try await deployment.leadrelay.running("ingest", log: deployment.folder.path("ingest.log")) {
                _ in
                try await deployment.eventually("ingest answers") {
                    try await deployment.get("action=survey").status == 200
                }
            }
            #expect(ingest.status == 0)
            let worker = try await deployment.leadrelay.running("worker", log: deployment.folder.path("worker.log")) {
                _ in
                try await deployment.eventuallyDrained()
            }
            #expect(worker.status == 0)
        }
    }

    private func json(of outcome: Product.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }
}
