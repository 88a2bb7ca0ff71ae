import Foundation
import Journal
import Sandbox
import Testing

/// Faults of configuration hold things up, and nothing is lost by it.
@Suite("Pauses", .timeLimit(.minutes(2)))
struct PauseTests {
    @Test func drainEndsWithStatus1WhileTheLogInIsRefusedAndFinishesOnceItIsMended() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.post(MainJobTests.guidePayload)
            }
            let broken = deployment.leadrelay.with(["LEADRELAY_SALESFORCE_CLIENT_SECRET": "wrong"])
            let refused = try await broken.run("worker", "--drain", "--grace", "120")
            #expect(refused.status == 1, "\(refused.error)")
            let paused = try await deployment.reader().status()
            #expect(paused.pauses.map(\.subject) == ["salesforce"])
            let details = try await deployment.reader().eventDetails(1)
            #expect(details.first?.rows.first?["state"] == .text("snoozed"))
            #expect(details.first?.rows.first?["attempt"] == .integer(0), "a pause costs no attempt")
            // Once it is mended the worker finds out by itself, when the pause is due.
            try await deployment.withWorker { _ in
                try await deployment.eventually("the pause is over", seconds: 60) {
                    let status = try await deployment.reader().status()
                    return status.pauses.isEmpty && status.depths.isEmpty
                }
            }
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
        }
    }
}
