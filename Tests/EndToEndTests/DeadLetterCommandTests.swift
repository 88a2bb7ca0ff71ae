import Foundation
import Journal
import Sandbox
import Testing

/// `dead-letters` and `events` as a person uses them, on a journal that real processes work on.
@Suite("The commands for dead letters", .timeLimit(.minutes(3)))
struct DeadLetterCommandTests {
    /// A rule of the org refuses three of four registrations; somebody mends it and replays what it killed.
    @Test func whatARuleKilledIsShownMendedAndReplayedByFilterOnce() async throws {
        try await Deployment.withFresh { deployment in
            let salesforce = deployment.sandbox.salesforce
            salesforce.failWrites(
                to: "Lead",
                next: 3,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "Leads need a region. token=s3cret",
                fields: ["Region__c"]
            )
            try await deployment.withIngest { _ in
                for number in 1...4 { try await subscribe(number, deployment) }
                try await deployment.post("{not json")
                try await deployment.withWorker { _ in
                    try await deployment.eventuallyDrained()
                    let killed = try await rows(
                        of: deployment,
                        "dead-letters",
                        "list",
                        "--action",
                        "subscribe",
                        "--json"
                    )
                    #expect(killed.count == 3)
                    #expect(salesforce.rows("Lead").count == 1)
                    try await lookInto(try #require(killed.first?["event_id"] as? Int), deployment)

                    let before = try sqliteDump(deployment.journalPath)
                    let dry = try await rows(
                        of: deployment,
                        "dead-letters",
                        "replay",
                        "--class",
                        "data",
                        "--action",
                        "subscribe",
                        "--dry-run",
                        "--json"
                    )
                    #expect(ids(dry) == ids(killed))
                    #expect(
                        dry.allSatisfy {
                            $0["result"] as? String == "would be replayed" && $0["dry_run"] as? Bool == true
                        }
                    )
                    #expect(try sqliteDump(deployment.journalPath) == before)

                    // The worker is at work meanwhile.
                    let replayed = try await deployment.leadrelay.run(
                        "dead-letters",
                        "replay",
                        "--class",
                        "data",
                        "--action",
                        "subscribe"
                    )
                    #expect(replayed.status == 0, "\(replayed.error)")
                    #expect(replayed.output.contains("3 events are tried again."))
                    try await deployment.eventually("all of them are done") {
                        try await deployment.eventuallyDrained()
                        return salesforce.rows("Lead").count == 4
                    }
                }
            }
            let addresses = salesforce.rows("Lead").compactMap { $0["Email"].string }.sorted()
            #expect(addresses == (1...4).map { "p\($0)@example.com" }, "each of them once")
            let left = try await rows(of: deployment, "dead-letters", "list", "--json")
            #expect(left.compactMap { $0["action"] as? String } == ["unknown"])
            let check = try await deployment.leadrelay.run("journal", "check")
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test func optOutThatCannotBeWrittenIsDiscardedAndAcceptedForAReason() async throws {
        try await Deployment.withFresh { deployment in
            _ = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane@example.com"]
            )
            deployment.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 100,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "This record is frozen."
            )
            try await deployment.withIngest { _ in
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=l1&CONTACT_ID=c1&contact_email=jane%40example.com"
                )
            }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
            let discarded = try await deployment.leadrelay.run(
                "dead-letters",
                "discard",
                "--class",
                "data",
                "--reason",
                "the record is frozen"
            )
            #expect(discarded.status == 0, "\(discarded.error)")
            #expect(discarded.output.contains("dead-letters accept"), "it says that the opt-out stays overdue")
            let overdue = try await deployment.leadrelay.run("audit", "opt-outs", "--overdue", "--format", "json")
            #expect(overdue.status == 1)
            let accepted = try await deployment.leadrelay.run(
                "dead-letters",
                "accept",
                "1",
                "--reason",
                "told the person by letter"
            )
            #expect(accepted.status == 0, "\(accepted.error)")
            #expect(try await deployment.leadrelay.run("audit", "opt-outs").status == 0)
            let audit = try await rows(of: deployment, "audit", "opt-outs", "--format", "json")
            #expect(audit.map { $0["overdue"] as? Bool } == [false])
            let shown = try await deployment.leadrelay.run("events", "show", "1")
            for words in ["the record is frozen", "told the person by letter", "This record is frozen"] {
                #expect(shown.output.contains(words))
            }
        }
    }

    @Test func exitStatusAndSentencesSayWhatToDo() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in try await deployment.post("{not json") }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
            let vague = try await deployment.leadrelay.run("dead-letters", "replay")
            #expect(vague.status == 64)
            #expect(vague.error.contains("--all"))
            let unknown = try await deployment.leadrelay.run("dead-letters", "replay", "1")
            #expect(unknown.status == 1)
            #expect(unknown.error.contains("--from-raw"))
            let again = try await deployment.leadrelay.run("dead-letters", "replay", "1", "--from-raw")
            #expect(again.status == 1)
            #expect(again.error.contains("still can't be decoded"))
            let missing = try await deployment.leadrelay.run("events", "show", "99")
            #expect(missing.status == 1)
            #expect(missing.error.contains("There is no event 99."))
            let none = try await deployment.leadrelay.run("dead-letters", "replay", "--class", "quota")
            #expect(none.status == 0)
            #expect(none.output.contains("No dead letter matches."))
            try await deployment.withIngest { _ in try await deployment.post("{not json either") }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
            let cut = try await deployment.leadrelay.run("dead-letters", "list", "--limit", "1", "--format", "csv")
            #expect(cut.status == 0)
            #expect(cut.output.split(separator: "\n").count == 2)
            #expect(cut.error.contains("There are more than 1"))
            let whole = try await deployment.leadrelay.run("dead-letters", "list", "--limit", "2")
            #expect(whole.error.isEmpty)
        }
    }

    private func lookInto(_ id: Int, _ deployment: Deployment) async throws {
        let shown = try await deployment.leadrelay.run("events", "show", String(id), "--json")
        #expect(shown.status == 0, "\(shown.error)")
        #expect(!shown.output.contains("s3cret"))
        let story = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        let event = try #require(story["event"] as? [String: Any])
        #expect(event["state"] as? String == "dead")
        #expect((event["last_error"] as? String)?.contains("Leads need a region.") == true)
        let callbacks = try #require(story["callbacks"] as? [[String: Any]])
        #expect((callbacks.first?["body"] as? String)?.contains("\"subscribe\"") == true)
        let attempts = try #require(story["attempts"] as? [[String: Any]])
        #expect(attempts.map { $0["outcome"] as? String } == ["dead"])
        let effects = try #require(story["effects"] as? [[String: Any]])
        #expect(effects.map { $0["state"] as? String } == ["failed"])
        #expect((effects.first?["fields"] as? [String: Any])?["Email"] != nil)
        #expect(effects.first?["before"] is [String: Any])
        let text = try await deployment.leadrelay.run("dead-letters", "show", String(id))
        #expect(text.output.contains("token=***"))
        #expect(!text.output.contains("s3cret"))
    }

    private func subscribe(_ number: Int, _ deployment: Deployment) async throws {
        let answer = try await deployment.post(
            """
            {"action":"subscribe","contact":{"contactId":"c\(number)","email":"p\(number)@example.com","name":"P Q",
            "campaign":{"campaignId":"l1"},"createdOn":"2026-04-21T09:15:00+0000","tags":[],"customFields":[]}}
            """
        )
        #expect(answer.status == 200)
    }

    private func rows(of deployment: Deployment, _ arguments: String...) async throws -> [[String: Any]] {
        let outcome = try await deployment.leadrelay.run(arguments)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]],
            "\(outcome.error)"
        )
    }

    private func ids(_ rows: [[String: Any]]) -> [Int] {
        rows.compactMap { $0["event_id"] as? Int }
    }

    /// The tables that a decision could change, as `sqlite3` writes them out.
    private func sqliteDump(_ path: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "sqlite3", "-readonly", path, ".dump event decision effect delivery callback consent_change",
        ]
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self)
    }
}
