import Foundation
import Journal
import Sandbox
import Testing

/// `dead-letters replay --from-raw` with the real binary, on a journal that an older decoder has left behind.
@Suite("The command that decodes again", .timeLimit(.minutes(2)))
struct RawReplayCommandTests {
    @Test func callbackThatAnOlderDecoderGaveUpIsCarriedOut() async throws {
        try await Deployment.withFresh { deployment in
            try await leaveUndecoded(deployment)
            let plain = try await deployment.leadrelay.run("dead-letters", "replay", "1")
            #expect(plain.status == 1)
            #expect(plain.error.contains("--from-raw"))
            let dry = try await deployment.leadrelay.run("dead-letters", "replay", "1", "--from-raw", "--dry-run")
            #expect(dry.status == 0, "\(dry.error)")
            #expect(dry.output.contains("unknown became subscribe of jane.doe@example.com"))
            #expect(try await deployment.reader().letters(of: [1]).map(\.state) == ["dead"])
            let replayed = try await deployment.leadrelay.run("dead-letters", "replay", "--all", "--from-raw")
            #expect(replayed.status == 0, "\(replayed.error)")
            let drained = try await deployment.leadrelay.run("worker", "--drain")
            #expect(drained.status == 0, "\(drained.error)")
            #expect(
                deployment.sandbox.salesforce.rows("Lead").compactMap { $0["Email"].string } == ["jane.doe@example.com"]
            )
            let check = try await deployment.leadrelay.run("journal", "check")
            #expect(check.status == 0, "\(check.output)")
        }
    }

    /// What an older decoder made of the guide's payload: nothing, with the reason.
    private func leaveUndecoded(_ deployment: Deployment) async throws {
        try await deployment.withIngest { _ in try await deployment.post(MainJobTests.guidePayload) }
        deployment.sandbox.salesforce.failWrites(to: "Lead", code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message: "No.")
        #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "sqlite3", "-bail", deployment.journalPath,
            """
            UPDATE event SET action = 'unknown', person = NULL, contact_id = NULL, list_id = NULL,
                payload = '{"contact":{}}', last_error = 'No such shape.'
            """,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
