import Foundation
import Journal
import Sandbox
import Testing

/// What people see of the budget, and of a pause that GetResponse asks for.
@Suite("The request budget, as commands show it", .timeLimit(.minutes(2)))
struct BudgetPauseTests {
    /// Every answer names a minute in its headers, so that the longer time is the refusal's own.
    private static var configuration: SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.getResponse.hourlyWindow = .seconds(60)
        return configuration
    }

    @Test func pauseThatTheServerAsksForOutlivesTheWorkerAndShowsInStatusAndHoldsNoOptOut() async throws {
        try await Deployment.withFresh(Self.configuration) { deployment in
            let tooMany = Fault.respond(
                status: 429,
                body: #"{"httpStatus":429,"code":1015,"message":"Wait.","context":{"timeToReset":"100 seconds"}}"#,
                contentType: "application/json"
            )
            deployment.sandbox.getResponse.faults.inject(tooMany)
            try await deployment.withIngest { _ in
                try await deployment.subscribe(0..<3)
                try await deployment.withWorker { _ in
                    try await deployment.eventually("it is told to wait") {
                        try await deployment.reader().pauses().map(\.subject) == [.getResponse]
                    }
                }
                try await deployment.withWorker { _ in
                    try await deployment.get(
                        "action=unsubscribe&CAMPAIGN_ID=p86zQ&CONTACT_ID=c1&contact_email=p1%40acme.example"
                    )
                    try await deployment.eventually("the opt-out is written", seconds: 10) {
                        deployment.isOptedOut("c1")
                    }
                    try await deployment.eventually("all Leads") {
                        deployment.sandbox.salesforce.rows("Lead").count == 3
                    }
                }
            }
            #expect(deployment.arrivals.count == 1, "one request, and its answer held up all others")
            let now = Date().timeIntervalSince1970
            let output = try await deployment.leadrelay.run("status", "--json").output
            let status = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            let budget = try #require(status["budget"] as? [String: Any])
            let pausedUntil = try #require(budget["paused_until"] as? Double) / 1000
            #expect(pausedUntil > now + 60 && pausedUntil <= now + 100)
            #expect((status["drain_eta"] as? Double).map { $0 / 1000 >= pausedUntil - 1 } == true)
            let pauses = try #require(status["pauses"] as? [[String: Any]])
            #expect(pauses.map { $0["subject"] as? String } == ["getresponse"])
            #expect(try await deployment.leadrelay.run("status").output.contains("paused until"))
            let watched = try await deployment.leadrelay.run("watch", "--once").output
            #expect(watched.contains("paused until") && watched.contains("requests needed 3 by 2"))
        }
    }

    @Test func commandThatFindsTheBudgetUsedUpSaysWhenItCouldRun() async throws {
        try await Deployment.withFresh { deployment in
            let product = deployment.leadrelay.with(["LEADRELAY_GETRESPONSE_HOURLY_CAP": "1"])
            #expect(try await product.run("doctor").status == 0)
            let begun = ContinuousClock.now
            let second = try await product.run("doctor")
            #expect(ContinuousClock.now - begun < .seconds(30), "it does not wait for what is an hour away")
            #expect(second.status == 1)
            let sentence = /No GetResponse request may leave now; the next one can in 3[56]\d\d s\./
            #expect(second.output.contains(sentence), "\(second.output)")
            #expect(deployment.arrivals.count == 1)
        }
    }
}
