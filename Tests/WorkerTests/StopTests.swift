import Journal
import Model
import Sandbox
import Testing

@testable import Worker

@Suite("A worker that is told to stop", .serialized, .timeLimit(.minutes(1)))
struct StopTests {
    @Test func finishesWhatItHasInHandAndClaimsNoMore() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.seconds(1)),
                next: 2,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            let worker = fixture.makeWorker {
                $0.concurrency = 2
                $0.batchSize = 1
            }
            try await whileRunning(worker) {
                try await fixture.tell((1...4).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("two are out") { fixture.requests("PATCH", "/Lead/").count == 2 }
                worker.stop()
            }
            let events = try await fixture.events()
            #expect(events.map(\.state).sorted() == ["available", "available", "completed", "completed"])
            #expect(events.filter { $0.state == "available" }.allSatisfy { $0.attempts.isEmpty })
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 2)
            #expect(try await fixture.journal.reader.leaseOwners().isEmpty)
        }
    }

    @Test func givesBackWhatItCannotFinishWithTheTry() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.seconds(30)),
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            let worker = fixture.makeWorker("a") { $0.shutdownGrace = .milliseconds(100) }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("it is out") { fixture.requests("PATCH", "/Lead/").count == 1 }
                worker.stop()
            }
            let cutOff = try #require(try await fixture.event("subscribe"))
            #expect(cutOff.state == "available")
            #expect(cutOff.attempt == 0)
            #expect(cutOff.attemptOutcomes == ["interrupted"])
            #expect(cutOff.effects.map { $0["state"].text } == ["unknown"])
            #expect(try await fixture.journal.reader.leaseOwners().isEmpty)
            // The next worker looks first and finds it done.
            try await whileRunning(fixture.makeWorker("b")) {
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects.map { $0["state"].text } == ["confirmed"])
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func takesTheAnswersThatItWaitsForSoThatNobodyIsAskedForTwice() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...3 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            fixture.sandbox.getResponse.faults.inject(.delay(.seconds(1)), next: 1, matching: .path("/contacts/"))
            let worker = fixture.makeWorker("a") { $0.fetchConcurrency = 1 }
            try await whileRunning(worker) {
                try await fixture.tell((1...3).map { .subscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("asked") { fixture.fetches.count == 1 }
                worker.stop()
            }
            #expect(fixture.fetches.count == 1, "nothing more is asked for")
            #expect(try await fixture.journal.reader.profileWays()[.fetched] == 1)
            #expect(try await fixture.journal.reader.requestWindow(length: .seconds(3600)).inFlight == 0)
            try await whileRunning(fixture.makeWorker("b")) {
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 3
                }
            }
            #expect(fixture.fetches.map(\.path).sorted() == ["/v3/contacts/c1", "/v3/contacts/c2", "/v3/contacts/c3"])
        }
    }

    @Test func canHaveItsNameTakenByTheNext() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...2 {
                try await whileRunning(fixture.makeWorker("same")) {
                    try await fixture.tell(.wholeSubscribe("c\(number)", "p\(number)@acme.example"))
                    try await fixture.eventually("subscribe", contact: "c\(number)") { $0.isCompleted() }
                }
            }
        }
    }

    @Test func cannotBeTwoUnderOneName() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker("same")) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                await #expect(throws: JournalError.self) { try await fixture.makeWorker("same").run() }
            }
        }
    }
}

@Suite("A drain", .serialized, .timeLimit(.minutes(1)))
struct DrainTests {
    @Test func endsCleanWhenEverythingIsDoneTheProfilesToo() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...5 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(
                        id: "c\(number)",
                        email: "p\(number)@acme.example",
                        customFields: [("company", ["Acme"])]
                    )
                )
            }
            try await fixture.tell((1...5).map { .subscribe("c\($0)", "p\($0)@acme.example") })
            // No request waits for another.
            let worker = fixture.makeWorker { $0.budget = RequestBudget(cap: 1_000_000) }
            let report = try await worker.drain(grace: .zero)
            #expect(report.isClean)
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.count == 5)
            #expect(leads.allSatisfy { $0["Company"].string == "Acme" })
            #expect(try await fixture.events().allSatisfy { $0.state == "completed" })
        }
    }

    @Test func ofAnEmptyJournalEndsAtOnce() async throws {
        try await WorkerFixture.withFresh { fixture in
            let report = try await fixture.makeWorker().drain(grace: .zero)
            #expect(report.isClean)
        }
    }

    @Test func doesNotWaitForTheBudget() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.tell((1...3).map { .subscribe("c\($0)", "p\($0)@acme.example") })
            let worker = fixture.makeWorker { $0.budget = RequestBudget(cap: 1) }
            #expect(try await worker.drain(grace: .zero).isClean)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 3)
        }
    }

    /// What a burst lets go a moment later would make a drain of a backlog last as long as the burst, or as the backlog.
    @Test(arguments: [400, 5000])
    func doesNotWaitForThePaceOfTheBudgetEither(cap: Int) async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...30 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            try await fixture.tell((1...30).map { .subscribe("c\($0)", "p\($0)@acme.example") })
            let worker = fixture.makeWorker { $0.budget = RequestBudget(cap: cap) }
            #expect(try await worker.drain(grace: .zero).isClean)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 30)
            #expect((1...10).contains(fixture.fetches.count), "\(fixture.fetches.count)")
            let waiting = try await fixture.events().filter { $0.waitsFor == "profile" }
            #expect(waiting.count >= 20 && waiting.allSatisfy { $0.attempt == 0 })
        }
    }

    @Test func waitsForWhatIsDueWithinTheGrace() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(.serviceUnavailable, matching: RequestMatcher(method: "PATCH"))
            try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
            let worker = fixture.makeWorker(jitter: 0.999) {
                $0.retry = RetryPolicy(base: .seconds(1), cap: .seconds(1))
            }
            #expect(try await worker.drain(grace: .seconds(30)).isClean)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func reportsWhatIsPaused() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.refusesEverySession = true
            try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
            let report = try await fixture.makeWorker { $0.retry.configurationPause = .seconds(600) }.drain(
                grace: .zero
            )
            #expect(!report.isClean)
            #expect(report.pauses.map(\.subject) == [.salesforce])
            #expect(report.died == 0)
        }
    }

    @Test func reportsOnlyTheDeathsOfItsOwnRun() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(to: "Lead", code: "STRING_TOO_LONG", message: "too long")
            try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
            #expect(try await fixture.makeWorker().drain(grace: .zero).died == 1)
            #expect(try await fixture.makeWorker().drain(grace: .zero).isClean)
        }
    }
}
