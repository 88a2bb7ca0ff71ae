import Foundation
import Journal
import Sandbox
import Subprocess
import TestSupport
import Testing

/// Invariant 5 with real processes over HTTP: a small cap, a short window, and the sandbox's clock for a judge.
@Suite("The request cap, with processes", .timeLimit(.minutes(3)))
struct BudgetTests {
    private static let cap = 40
    private static let window = 20

    /// The emulated account takes more, so that a cap that is broken shows as requests and not as refusals.
    private static var configuration: SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.getResponse.hourlyCap = 10_000
        return configuration
    }

    private func budget(_ product: Product) -> Product {
        product.with([
            "LEADRELAY_GETRESPONSE_HOURLY_CAP": String(Self.cap), "LEADRELAY_BUDGET_WINDOW": "\(Self.window)s",
        ])
    }

    /// Allows for requests that were noted later than they arrived, by up to `stall` milliseconds.
    private func expectCapHeld(_ times: [Int64], stall: Int64) {
        for index in times.indices.dropFirst(Self.cap) {
            let span = times[index] - times[index - Self.cap]
            #expect(
                span + stall >= Int64(Self.window) * 1000,
                "\(Self.cap + 1) requests within \(span) ms, noted up to \(stall) ms late"
            )
        }
    }

    @Test func twoWorkersAndARestartShareOneWindowAndUseIt() async throws {
        try await Deployment.withFresh(Self.configuration) { deployment in
            try await StallMeter.measuring { stalls in
                try await shareOneWindow(deployment)
                let times = deployment.arrivals
                expectCapHeld(times, stall: stalls.milliseconds)
                // An answer that took longer than the time-out of 1 s is lost, and asked for again; nothing else is.
                let paths = deployment.sandbox.getResponse.requests.all.map(\.path)
                let requests = try ledger(deployment)
                #expect(Set(paths).count == 120)
                #expect(times.count - 120 <= requests.count { $0.status == nil }, "\(requests)")
                #expect(times.count <= requests.count, "none leaves without being counted")
                // What is counted is the window, the 2 s of a grant and the time-out of 1 s; restarts cost a moment each.
                let counted = Double(Self.window + 3)
                let seconds = Double((times.last ?? 0) - (times.first ?? 0)) / 1000
                let expected = Double(requests.count - Self.cap / 10) / Double(Self.cap - 1) * counted
                let stalled = Double(stalls.milliseconds) / 1000
                #expect(seconds < expected * 1.25 + 5 + 4 * stalled, "\(times.count) requests took \(seconds) s")
                // One worker alone, once it has begun, at an even pace; what the machine holds up comes late, but seldom.
                let gaps = zip(times.dropFirst(63), times.dropFirst(62)).map { $0 - $1 }.sorted()
                let twice = Int64(2 * Self.window * 1000 / Self.cap)
                #expect(gaps[gaps.count * 9 / 10] <= twice + 500, "\(gaps)")
            }
        }
    }

    private func shareOneWindow(_ deployment: Deployment) async throws {
        try await deployment.withIngest { _ in
            try await deployment.subscribe(0..<120)
            let product = budget(deployment.leadrelay)
            func whileWorking(_ name: String, _ body: () async throws -> Void) async throws {
                try await product.running("worker", log: deployment.folder.path("\(name).log")) { _ in
                    try await body()
                }
            }
            try await whileWorking("worker") {
                try await whileWorking("second") {
                    try await deployment.eventually("a part is asked", seconds: 60) { deployment.arrivals.count >= 25 }
                }
                // The second has stopped, a third begins in the same window; then only that one goes on.
                try await whileWorking("third") {
                    try await deployment.eventually("more than a window is asked", seconds: 60) {
                        deployment.arrivals.count >= 60
                    }
                }
            }
            try await whileWorking("fourth") {
                try await deployment.eventually("it is at work") { deployment.arrivals.count >= 63 }
                // Nobody who leaves waits for the budget.
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=p86zQ&CONTACT_ID=c119&contact_email=p119%40acme.example"
                )
                try await deployment.eventually("the opt-out is written", seconds: 10) { deployment.isOptedOut("c119") }
                #expect(deployment.arrivals.count < 100, "the backlog is still there")
                try await deployment.eventually("all profiles", seconds: 120) {
                    try await deployment.reader().profileWays()[.fetched] == 120
                }
            }
            let output = try await product.run("status", "--json").output
            let status = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            #expect((status["budget"] as? [String: Any])?["cap"] as? Int == Self.cap)
            #expect((status["requests_needed"] as? [Any])?.isEmpty == true)
            #expect(status["drain_eta"] is NSNull)
        }
    }

    @Test(arguments: [1, 2])
    func workerStoppedBetweenGrantAndSendSendsNothingAfterwardsAndTheGrantStaysSpent(grant: Int) async throws {
        try await Deployment.withFresh(Self.configuration) { deployment in
            try await deployment.withIngest { _ in
                try await deployment.subscribe(0..<3)
                let product = budget(deployment.leadrelay).with(["LEADRELAY_STOP_AFTER_GRANT": String(grant)])
                try await product.running("worker", log: deployment.folder.path("worker.log")) { running in
                    try await deployment.eventually("it is stopped with a grant in hand") {
                        let granted = try await grants(deployment)
                        return try isStopped(running.pid) && granted == grant
                    }
                    #expect(deployment.arrivals.count < grant)
                    // Longer than a grant lives.
                    try await Task.sleep(for: .seconds(3))
                    try running.send(.resume)
                    try await deployment.eventually("all profiles") { deployment.arrivals.count >= 3 }
                }
            }
            let requests = try ledger(deployment)
            // On a slow machine others may run out too, or lose their answers: none of them is sent without being counted.
            let stopped = try #require(requests.first { $0.id == grant })
            #expect(stopped.status == nil && stopped.finishedAt != nil, "it ran out unsent: \(requests)")
            #expect(deployment.arrivals.count < requests.count, "\(requests)")
            #expect(try await grants(deployment) == requests.count, "all stay spent")
            expectCapHeld(deployment.arrivals, stall: 0)
            let paths = deployment.sandbox.getResponse.requests.all.map(\.path)
            #expect(Set(paths).count == 3, "everybody was asked for: \(paths)")
        }
    }

    /// A row of `api_request`.
    private struct Request: Decodable {
        var id: Int
        var status: Int?
        var finishedAt: Int64?
    }

    private func ledger(_ deployment: Deployment) throws -> [Request] {
        try PlainSQL.rows(
            "SELECT id, status, finished_at AS finishedAt FROM api_request ORDER BY id",
            in: deployment.journalPath,
            as: Request.self
        )
    }

    private func grants(_ deployment: Deployment) async throws -> Int {
        try await deployment.reader().requestWindow(length: .seconds(3600)).count
    }

    /// The process's state in `/proc/PID/stat`, after the name in brackets.
    private func isStopped(_ pid: pid_t) throws -> Bool {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return stat.split(separator: ")").last?.hasPrefix(" T") == true
    }

    @Test func watchShowsALineEachTimeAndEndsWithCtrlC() async throws {
        try await Deployment.withFresh { deployment in
            _ = try await deployment.leadrelay.run("migrate")
            let once = try await deployment.leadrelay.run("watch", "--once")
            #expect(once.status == 0)
            #expect(once.output.contains("budget 0/400"))
            #expect(once.output.split(separator: "\n").count == 1)
            let log = deployment.folder.path("watch.log")
            let ended = try await deployment.leadrelay.running("watch", "--interval", "1", log: log) { running in
                try await deployment.eventually("two lines") {
                    try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count >= 2
                }
                try running.send(.interrupt)
            }
            #expect(ended.status == 0)
        }
    }
}
