import AsyncHTTPClient
import Foundation
import Journal
import Sandbox
import Subprocess
import Synchronization
import Testing

/// Processes that die without a warning.
@Suite("Killed processes", .timeLimit(.minutes(2)))
struct KillTests {
    @Test func everyAcknowledgedCallbackSurvivesAKillOfIngest() async throws {
        try await Deployment.withFresh { deployment in
            let acknowledged = Acknowledged()
            try await deployment.withIngest { running in
                await withTaskGroup { group in
                    for number in 0..<200 {
                        group.addTask {
                            let answer = try? await deployment.post(
                                #"{"action":"subscribe","contact":{"contactId":"c\#(number)","email":"p\#(number)@example.com"}}"#
                            )
                            guard answer?.status == 200 else { return }
                            let count = acknowledged.add(number)
                            // In the middle of it: the first fifty are acknowledged, the others are on their way.
                            if count == 50 { try? running.send(.kill) }
                        }
                    }
                }
            }
            let numbers = acknowledged.numbers
            #expect(numbers.count >= 50)
            #expect(numbers.count < 200, "the kill came too late to prove anything")
            let stored = try await deployment.reader().undecodedCallbacks(limit: 1000)
                .compactMap { $0.body.map { String(decoding: $0, as: UTF8.self) } }
            for number in numbers {
                #expect(stored.contains { $0.contains(#""contactId":"c\#(number)""#) }, "callback \(number) is lost")
            }
            // The next ingest takes over where the first was killed.
            try await deployment.withIngest { _ in
                let answer = try await deployment.post(MainJobTests.guidePayload)
                #expect(answer.status == 200)
            }
        }
    }

    @Test(arguments: ["claimed", "effects.planned", "effects.sent", "concluded"])
    func workerKilledAtAnyStepLeavesOneLeadAfterTheRestart(step: String) async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.post(MainJobTests.guidePayload)
            }
            let killed = try await deployment.leadrelay.with(["LEADRELAY_FAILPOINT": step]).run("worker", "--drain")
            #expect(killed.status == nil, "the worker was meant to be killed at \(step)")
            let before = deployment.sandbox.salesforce.rows("Lead").count
            #expect(before == (["effects.sent", "concluded"].contains(step) ? 1 : 0))
            try await deployment.withWorker { _ in
                try await deployment.eventuallyDrained()
            }
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
            let details = try await deployment.reader().eventDetails(1)
            let attempts = details.first { $0.section == "attempt" }?.rows.map { $0["outcome"] } ?? []
            #expect(attempts == (step == "concluded" ? [.text("completed")] : [.text("lost"), .text("completed")]))
            let effects = details.first { $0.section == "effect" }?.rows ?? []
            #expect(effects.count == 1)
            #expect(effects.allSatisfy { $0["state"] == .text("confirmed") })
        }
    }

    @Test(arguments: ["claimed", "effects.planned", "effects.sent"])
    func workerKilledDuringAnOptOutFinishesItAfterTheRestart(step: String) async throws {
        try await Deployment.withFresh { deployment in
            let lead = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane.doe@example.com"]
            )
            try await deployment.withIngest { _ in
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=abc&CONTACT_ID=xyz789abc&contact_email=jane.doe%40example.com"
                )
            }
            let killed = try await deployment.leadrelay.with(["LEADRELAY_FAILPOINT": step]).run("worker", "--drain")
            #expect(killed.status == nil)
            let drained = try await deployment.leadrelay.run("worker", "--drain", "--grace", "5")
            #expect(drained.status == 0, "\(drained.error)")
            #expect(deployment.sandbox.salesforce.row(lead)?["HasOptedOutOfEmail"].bool == true)
            let audit = try await deployment.reader().optOutAudit()
            #expect(audit.count == 1)
            #expect(audit.first?["state"] == .text("completed"))
        }
    }
}

/// The callbacks that were answered 200.
private final class Acknowledged: Sendable {
    private let state = Mutex<Set<Int>>([])

    var numbers: Set<Int> { state.withLock { $0 } }

    /// Adds one and tells how many there are.
    func add(_ number: Int) -> Int {
        state.withLock { numbers in
            numbers.insert(number)
            return numbers.count
        }
    }
}
