import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("Trouble with Salesforce", .serialized, .timeLimit(.minutes(1)))
struct SalesforceTroubleTests {
    private func logIns(_ fixture: WorkerFixture) -> Int {
        fixture.requests("POST", "/oauth2/token").count
    }

    @Test func expiredTokenCostsOneLogInAndNoTry() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe", contact: "c1") { $0.isCompleted() }
                #expect(logIns(fixture) == 1)
                fixture.sandbox.salesforce.expireTokens()
                try await fixture.tell((2...6).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                for number in 2...6 {
                    let event = try await fixture.eventually("subscribe", contact: "c\(number)") { $0.isCompleted() }
                    #expect(event.attemptOutcomes == ["completed"])
                }
            }
            #expect(logIns(fixture) == 2)
        }
    }

    @Test func refusedSessionsPauseEverythingKillNothingAndEndByThemselves() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.refusesEverySession = true
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c2", "p2@acme.example"),
                    .unsubscribe("c1", "p1@acme.example")
                )
                try await fixture.eventually("paused") { try await fixture.pauses() == ["salesforce"] }
                try await fixture.eventually("both tried twice") {
                    try await fixture.events().allSatisfy { $0.attemptOutcomes.count >= 2 }
                }
                for event in try await fixture.events() {
                    #expect(Set(event.attemptOutcomes) == ["snoozed"])
                }
                fixture.sandbox.salesforce.refusesEverySession = false
                for action in ["subscribe", "unsubscribe"] {
                    let event = try await fixture.eventually(action) { $0.isCompleted() }
                    #expect(event.attempt == 1)
                }
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.lead("c2") != nil)
        }
    }

    @Test func refusedLogInPausesEverythingUntilItIsMended() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.authorization = .noRunAsUser
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("paused") { try await fixture.pauses() == ["salesforce"] }
                fixture.sandbox.salesforce.authorization = .granted
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
            }
        }
    }

    /// Who mends a log-in starts the worker anew: nothing should wait for the old pause then, least of all an opt-out.
    @Test func newWorkerTriesAnOldPauseAtOnce() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.authorization = .noRunAsUser
            func worker(_ owner: String) -> EventWorker {
                fixture.makeWorker(owner) { $0.retry.configurationPause = .seconds(3600) }
            }
            try await whileRunning(worker("w1")) {
                try await fixture.tell(
                    .unsubscribe("c1", "p1@acme.example"),
                    .wholeSubscribe("c2", "p2@acme.example")
                )
                for action in ["unsubscribe", "subscribe"] {
                    try await fixture.eventually(action) { $0.event["held_by"].text == "salesforce" }
                }
            }
            fixture.sandbox.salesforce.authorization = .granted
            try await whileRunning(worker("w2")) {
                for action in ["unsubscribe", "subscribe"] {
                    let event = try await fixture.eventually(action) { $0.isCompleted() }
                    #expect(event.attempt == 1)
                }
                try await fixture.eventually("no pause") { try await fixture.pauses().isEmpty }
            }
            #expect(fixture.isOptedOut(lead) && fixture.lead("c2") != nil)
        }
    }

    @Test(
        arguments: [
            Fault.serviceUnavailable, .unableToLockRow, .dropBeforeWork, .concurrentRequestsExceeded,
        ]
    )
    func passingTroubleOfAWriteIsTriedAgainAndTheLeadMadeOnce(fault: Fault) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(fault, matching: RequestMatcher(method: "PATCH"))
            // The wait after too many concurrent requests is 15 s; nothing else here waits that long.
            let isThrottled = fault == .concurrentRequestsExceeded
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                if isThrottled {
                    let event = try await fixture.eventually("subscribe") { $0.state == "snoozed" }
                    #expect(event.attempt == 0)
                    #expect(event.attempts.first?["error_class"].text == "throttled")
                    #expect(try await fixture.pauses().isEmpty)
                } else {
                    let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                    #expect(event.attemptOutcomes == ["retry", "completed"])
                    #expect(event.effects.map { $0["state"].text } == ["confirmed"])
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == (isThrottled ? 0 : 1))
        }
    }

    @Test(arguments: [Fault.serviceUnavailable, .dropBeforeWork, .dropAfterWork])
    func passingTroubleOfALookUpIsTriedAgain(fault: Fault) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(fault, next: 2, matching: .path("/query"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func troubleThatDoesNotPassKillsTheEventAfterItsTries() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .serviceUnavailable,
                next: 100,
                matching: RequestMatcher(method: "PATCH")
            )
            let worker = fixture.makeWorker {
                $0.retry.maxAttempts = 3
                $0.retry.cap = .milliseconds(20)
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "dead" }
                #expect(event.attemptOutcomes == ["retry", "retry", "dead"])
                #expect(event.attempt == 3)
                #expect(event.lastError?.contains("503") == true)
            }
        }
    }

    @Test func retryOfOnePersonDoesNotHoldOthersUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .serviceUnavailable,
                matching: RequestMatcher(method: "PATCH", path: "/c1")
            )
            let worker = fixture.makeWorker(jitter: 0.999) {
                $0.retry = RetryPolicy(base: .seconds(2), cap: .seconds(2))
                $0.batchSize = 1
            }
            try await whileRunning(worker) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example"),
                    .click("c1", "p1@acme.example"),
                    .wholeSubscribe("c2", "p2@acme.example")
                )
                try await fixture.eventually("subscribe", contact: "c2") { $0.isCompleted() }
                try await fixture.eventually("subscribe", contact: "c1") { $0.state == "retryable" }
                // The same person's click keeps its place behind the subscribe.
                #expect(try await fixture.event("click")?.state == "available")
                try await fixture.eventually("click") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }
}
