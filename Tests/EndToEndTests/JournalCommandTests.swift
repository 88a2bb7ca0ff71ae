import Foundation
import Journal
import Sandbox
import TestSupport
import Testing
import Time

/// `journal backup`, `prune` and `check` on a journal that real processes use.
@Suite("The journal's commands", .timeLimit(.minutes(3)))
struct JournalCommandTests {
    /// The disk is lost under load; the copy is put in its place, and nothing that it holds is lost or done twice.
    @Test func backupUnderLoadIsRestoredAndDrained() async throws {
        try await Deployment.withFresh { deployment in
            let copy = deployment.folder.path("backup.sqlite")
            try await deployment.withIngest { _ in
                try await subscribe(1...20, deployment)
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=l1&CONTACT_ID=c1&contact_email=p1%40example.com"
                )
                try await deployment.withWorker { _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await subscribe(21...60, deployment) }
                        let backup = try await deployment.leadrelay.run("journal", "backup", copy)
                        #expect(backup.status == 0, "\(backup.error)")
                        #expect(backup.output.contains("holds a checked copy"))
                        #expect(backup.output.contains("journal.sqlite.key"))
                        try await group.waitForAll()
                    }
                }
            }
            let again = try await deployment.leadrelay.run("journal", "backup", copy)
            #expect(again.status == 1)
            #expect(again.error.contains("--replace"))
            try restore(copy, deployment)
            let check = try await deployment.leadrelay.run("journal", "check")
            #expect(check.status == 0, "\(check.output)")
            let held = try #require(Int(sqlite3(deployment.journalPath, "SELECT count(*) FROM callback")))
            #expect(held >= 21 && held <= 61)
            let drained = try await deployment.leadrelay.run("worker", "--drain", "--grace", "5")
            #expect(drained.status == 0, "\(drained.error)")
            // What was carried out after the copy is found again, not doubled.
            let addresses = deployment.sandbox.salesforce.rows("Lead").compactMap { $0["Email"].string }
            #expect(Set(addresses).count == addresses.count)
            #expect(addresses.count >= 20)
            let audit = try await deployment.reader().optOutAudit()
            #expect(audit.map { $0["state"] } == [.text("completed")])
            #expect(try await deployment.leadrelay.run("journal", "check").status == 0)
        }
    }

    @Test func pruneTakesFinishedContentsAndTheAuditStays() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await subscribe(1...5, deployment)
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=l1&CONTACT_ID=c1&contact_email=p1%40example.com"
                )
            }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 0)
            let audit = try await deployment.leadrelay.run("audit", "opt-outs", "--format", "json").output
            #expect(audit.contains("p1@example.com"))
            let dry = try await deployment.leadrelay.run("journal", "prune", "--older-than", "0s", "--dry-run")
            #expect(dry.output.contains("5 callbacks would be emptied"), "\(dry.output) \(dry.error)")
            let real = try await deployment.leadrelay.run("journal", "prune", "--older-than", "0s")
            #expect(real.status == 0, "\(real.error)")
            #expect(real.output.contains("5 callbacks emptied"), "\(real.output)")
            #expect(try await deployment.leadrelay.run("audit", "opt-outs", "--format", "json").output == audit)
            let again = try await deployment.leadrelay.run("journal", "prune", "--older-than", "0s")
            #expect(again.output.contains("0 callbacks emptied"))
            #expect(try await deployment.leadrelay.run("journal", "check").status == 0)
            #expect(try await deployment.leadrelay.run("journal", "prune", "--older-than", "soon").status == 64)
        }
    }

    @Test func checkNamesABrokenPromiseAndExits1() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in try await subscribe(1...3, deployment) }
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 0)
            let good = try await deployment.leadrelay.run("journal", "check", "--json")
            #expect(good.status == 0, "\(good.output)")
            try sqlite3(
                deployment.journalPath,
                """
                DROP TRIGGER callback_refuses_update;
                UPDATE callback SET body = x'00' WHERE id = 2;
                """
            )
            let bad = try await deployment.leadrelay.run("journal", "check", "--json")
            #expect(bad.status == 1)
            let results = try #require(
                try JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [[String: Any]]
            )
            let failed = results.filter { $0["verdict"] as? String == "failed" }
            #expect(failed.compactMap { $0["check"] as? String } == ["schema", "chain.callback"])
            #expect(failed.last?["fault_count"] as? Int == 1)
            let text = try await deployment.leadrelay.run("journal", "check")
            #expect(text.output.contains("callback 2: holds other contents than when it came"))
        }
    }

    @Test func longReaderIsToldByStatusAndMetricsUntilItEnds() async throws {
        try await Deployment.withFresh { deployment in
            _ = try await deployment.leadrelay.run("migrate")
            let product = deployment.leadrelay.with(["LEADRELAY_JOURNAL_WAL_ALARM_BYTES": "1048576"])
            try await product.running("worker", log: deployment.folder.path("worker.log")) { _ in
                let reader = try LongReader(deployment.journalPath)
                try await deployment.withIngest { _ in
                    let body = String(repeating: "x", count: 100_000)
                    for number in 1...20 {
                        let answer = try await deployment.post(
                            #"{"action":"survey","contact":{"contactId":"c\#(number)","note":"\#(body)"}}"#
                        )
                        #expect(answer.status == 200, "a long reader stops nobody")
                    }
                }
                try await deployment.eventually("the alarm is raised") { try await isAlarmed(deployment) }
                reader.end()
                try await deployment.eventually("the alarm is over") { try await !isAlarmed(deployment) }
            }
        }
    }

    private func isAlarmed(_ deployment: Deployment) async throws -> Bool {
        let status = try await deployment.leadrelay.run("status", "--json")
        let keys = try #require(try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
        let alarm = try #require(keys["wal_alarm"])
        return (alarm as? [String: Any])?["bytes"] != nil
    }

    private func subscribe(_ numbers: ClosedRange<Int>, _ deployment: Deployment) async throws {
        for number in numbers {
            let answer = try await deployment.post(
                """
                {"action":"subscribe","contact":{"contactId":"c\(number)","email":"p\(number)@example.com","name":"P Q",
                "campaign":{"campaignId":"l1"},"createdOn":"2026-04-21T09:15:00+0000","tags":[],"customFields":[]}}
                """
            )
            #expect(answer.status == 200)
        }
    }

    /// As README says: the copy in the journal's place, with no log of the lost one beside it, and the key as it was.
    private func restore(_ copy: String, _ deployment: Deployment) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: deployment.journalPath + suffix)
        }
        try FileManager.default.copyItem(atPath: copy, toPath: deployment.journalPath)
    }
}

/// Runs statements with the `sqlite3` program and returns what it prints.
@discardableResult
private func sqlite3(_ path: String, _ sql: String) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-bail", path, sql]
    process.standardOutput = output
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
}

/// Somebody's `sqlite3` shell, in a transaction that nobody ends.
private final class LongReader {
    private let process = Process()
    private let input = Pipe()

    init(_ path: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-readonly", path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data("BEGIN; SELECT count(*) FROM callback;\n".utf8))
        _ = output.fileHandleForReading.availableData
    }

    /// Ends the transaction by ending the shell.
    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
