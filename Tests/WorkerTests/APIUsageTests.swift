import Journal
import Model
import Sandbox
import Testing
import Worker

/// The org's last API calls are left to what matters most.
@Suite("Few API calls left", .serialized, .timeLimit(.minutes(1)))
struct APIUsageTests {
    private let background = "salesforce-usage.background"
    private let reserve = "salesforce-usage.reserve"

    /// Makes the next answers tell this share of 100,000 calls.
    private func use(_ percent: Int, _ fixture: WorkerFixture) {
        fixture.sandbox.salesforce.dailyRequestLimit = 100_000
        fixture.sandbox.salesforce.requestCount = percent * 1000
    }

    private func calls(_ fixture: WorkerFixture) -> Int { fixture.sandbox.salesforce.requests.count }

    @Test func opensAndClicksWaitFromTheShareOnAndGoOnBelowIt() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try fixture.insertLead("c2", "p2@acme.example")
            use(80, fixture)
            try await whileRunning(fixture.makeWorker()) {
                // Whatever asks Salesforce learns of it.
                try await fixture.tell(.wholeSubscribe("c3", "p3@acme.example"))
                try await fixture.eventually("paused") { try await fixture.pauses() == [background] }
                try await fixture.tell(
                    .click("c1", "p1@acme.example"),
                    .tag("demo_watched", "c2", "p2@acme.example"),
                    .unsubscribe("c2", "p2@acme.example")
                )
                try await fixture.eventually("tag_applied")
                try await fixture.eventually("unsubscribe")
                let click = try await fixture.eventually("click") { $0.state == "snoozed" }
                #expect(click.attempt == 0 && click.event["held_by"].text == background)
                #expect(click.lastError?.contains("API calls") == true)
                let status = try await fixture.journal.reader.status()
                #expect(status.apiUsage.map { $0.limit == 100_000 && $0.used > 80_000 } == true)
                #expect(fixture.sandbox.salesforce.rows("Task").isEmpty)
                // A point lower it still waits, so that it does not come and go.
                use(79, fixture)
                try await fixture.tell(.wholeSubscribe("c4", "p4@acme.example"))
                try await fixture.eventually("subscribe", contact: "c4")
                #expect(try await fixture.pauses() == [background])
                use(70, fixture)
                try await fixture.tell(.wholeSubscribe("c5", "p5@acme.example"))
                let end = try await fixture.eventually("click")
                #expect(end.attempt == 1 && end.attemptOutcomes == ["snoozed", "completed"])
                #expect(try await fixture.pauses().isEmpty)
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }

    @Test func lastCallsAreLeftToOptOuts() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            let other = try fixture.insertLead("c2", "p2@acme.example")
            use(96, fixture)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("paused") { try await fixture.pauses() == [background, reserve] }
                try await fixture.tell(
                    .wholeSubscribe("c3", "p3@acme.example"),
                    .tag("demo_watched", "c2", "p2@acme.example"),
                    .click("c2", "p2@acme.example")
                )
                for (action, pause) in [("subscribe", reserve), ("tag_applied", reserve), ("click", background)] {
                    let event = try await fixture.eventually(action) { $0.state == "snoozed" }
                    #expect(event.attempt == 0 && event.event["held_by"].text == pause)
                }
                let before = calls(fixture)
                try await fixture.tell(.unsubscribe("c2", "p2@acme.example"))
                try await fixture.eventually("unsubscribe", contact: "c2")
                #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(other))
                #expect(calls(fixture) > before && fixture.lead("c3") == nil)
                // The day goes by: first the urgent lanes go on, then the others.
                use(90, fixture)
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe")
                try await fixture.eventually("tag_applied")
                #expect(try await fixture.event("click")?.state == "snoozed")
                #expect(try await fixture.pauses() == [background])
                use(10, fixture)
                try await fixture.tell(.wholeSubscribe("c4", "p4@acme.example"))
                try await fixture.eventually("click")
                #expect(try await fixture.pauses().isEmpty)
            }
        }
    }

    /// Where nothing else asks Salesforce, one event at a time finds out, however many wait.
    @Test func oneEventAsksWhenThePauseIsDue() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...9 { try fixture.insertLead("c\(number)", "p\(number)@acme.example") }
            try await setPause(untilSeconds: -1, fixture)
            use(85, fixture)
            let worker = fixture.makeWorker { $0.retry.configurationPause = .seconds(30) }
            try await whileRunning(worker) {
                try await fixture.tell((1...8).map { .click("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("one has asked, the others wait") {
                    let clicks = try await fixture.events()
                    return clicks.count == 8 && clicks.count { $0.state == "completed" } == 1
                        && clicks.count { $0.state == "snoozed" } == 7
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
            let pauses = try await fixture.journal.reader.pauses()
            #expect(pauses.map(\.subject) == [.usage(.background)])
            #expect(pauses.allSatisfy { $0.until > .now })
            // A new worker knows of it before it has asked anything, and ends it as the usage falls.
            use(50, fixture)
            let before = calls(fixture)
            try await whileRunning(fixture.makeWorker("w2")) {
                try await fixture.tell(.click("c9", "p9@acme.example"))
                try await fixture.eventually("click", contact: "c9") { $0.state == "snoozed" }
                #expect(calls(fixture) == before)
                try await fixture.tell(.wholeSubscribe("c10", "p10@acme.example"))
                try await fixture.eventually("click", contact: "c9")
                try await fixture.eventuallyDrained()
                #expect(try await fixture.pauses().isEmpty)
            }
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() && $0.attempt == 1 })
            #expect(fixture.sandbox.salesforce.rows("Task").count == 9)
        }
    }

    @Test func drainEndsWithWhatWaitsAndSaysSo() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try await setPause(untilSeconds: 600, fixture)
            try await fixture.tell(.click("c1", "p1@acme.example"), .wholeSubscribe("c2", "p2@acme.example"))
            use(85, fixture)
            let report = try await fixture.makeWorker().drain(grace: .zero)
            #expect(report.pauses.map(\.subject) == [.usage(.background)] && !report.isClean)
            #expect(fixture.lead("c2") != nil)
            #expect(try await fixture.event("click")?.state == "snoozed")
        }
    }

    private func setPause(untilSeconds seconds: Int64, _ fixture: WorkerFixture) async throws {
        try await fixture.journal.setPause(
            Pause(
                subject: .usage(.background),
                reason: "few API calls left",
                errorClass: .quota,
                until: Timestamp.now.advanced(by: .seconds(seconds))
            )
        )
    }
}
