import Journal
import Model
import Planning
import Sandbox
import Testing
import Worker

/// How many opens and clicks become Tasks, whatever goes wrong on the way.
@Suite("Limits of Tasks", .serialized, .timeLimit(.minutes(1)))
struct TaskLimitTests {
    private static func day(_ day: Int, _ hour: Int = 12) -> String {
        "2026-04-\(day)T\(hour):56:00+00:00"
    }

    private func fixture(hasKeyField: Bool, _ body: (WorkerFixture) async throws -> Void) async throws {
        try await WorkerFixture.withFresh {
            if !hasKeyField { $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c") }
        } _: { fixture in
            try fixture.insertLead("c1", "p1@acme.example")
            try await body(fixture)
        }
    }

    private func tasks(_ fixture: WorkerFixture) -> [SalesforceRow] { fixture.sandbox.salesforce.rows("Task") }

    /// Waits until so many events ended as they should.
    private func eventuallyDone(_ count: Int, _ fixture: WorkerFixture) async throws {
        try await fixture.eventually("\(count) events are done") {
            let events = try await fixture.events()
            return events.count == count && events.allSatisfy { $0.state == "completed" }
        }
    }

    @Test(arguments: [true, false], [true, false])
    func opensOfOneMessageAreOneTaskWheneverTheyAreTold(hasKeyField: Bool, together: Bool) async throws {
        try await fixture(hasKeyField: hasKeyField) { fixture in
            let opens = (1...4).map { number in
                NewCallback.open("c1", "p1@acme.example", at: Self.day(20 + number), webhookID: "w\(number)")
            }
            let other = NewCallback.open("c1", "p1@acme.example", message: "M2", webhookID: "w9")
            let worker = fixture.makeWorker { $0.duplicateWindow = .zero }
            try await whileRunning(worker) {
                if together {
                    try await fixture.tell(opens + [other])
                } else {
                    for (number, open) in (opens + [other]).enumerated() {
                        try await fixture.tell(open)
                        try await eventuallyDone(number + 1, fixture)
                    }
                }
                try await eventuallyDone(5, fixture)
            }
            #expect(
                Set(tasks(fixture).compactMap { $0["Subject"].string.map(TaskSubject.withoutTime) }) == [
                    "Email Open: News M1", "Email Open: News M2",
                ]
            )
            #expect(tasks(fixture).count == 2)
            #expect(fixture.lead("c1")?["GetResponse_Last_Email_Opened__c"].string?.hasPrefix("2026-04-27") == true)
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() && $0.attempt == 1 })
        }
    }

    @Test(arguments: [true, false])
    func everyOpenIsATaskWhereTheSettingSaysSo(hasKeyField: Bool) async throws {
        try await fixture(hasKeyField: hasKeyField) { fixture in
            let worker = fixture.makeWorker {
                $0.policy.tasks.opens = .every
                $0.duplicateWindow = .zero
            }
            try await whileRunning(worker) {
                for number in 1...3 {
                    let open = NewCallback.open(
                        "c1",
                        "p1@acme.example",
                        at: Self.day(20 + number),
                        webhookID: "w\(number)"
                    )
                    try await fixture.tell(open)
                    try await eventuallyDone(number, fixture)
                }
            }
            #expect(tasks(fixture).count == 3)
        }
    }

    /// Two events of one person never run at once, so that two workers count as one does.
    @Test func twoWorkersKeepTheLimitOfADay() async throws {
        try await fixture(hasKeyField: true) { fixture in
            func worker(_ name: String, on journal: EventJournal? = nil) -> EventWorker {
                fixture.makeWorker(name, on: journal) { $0.policy.tasks.dailyLimit = 5 }
            }
            let today = (1...12).map { number in
                NewCallback.open(
                    "c1",
                    "p1@acme.example",
                    message: "M\(number)",
                    at: Self.day(27),
                    webhookID: "a\(number)"
                )
            }
            let tomorrow = NewCallback.open(
                "c1",
                "p1@acme.example",
                message: "M50",
                at: Self.day(28, 10),
                webhookID: "b1"
            )
            try await whileRunning(worker("a"), worker("b", on: fixture.openAnotherJournal())) {
                for open in today { try await fixture.tell(open) }
                try await fixture.tell(tomorrow)
                try await eventuallyDone(13, fixture)
            }
            #expect(tasks(fixture).count { $0["ActivityDate"].string == "2026-04-27" } == 5)
            #expect(tasks(fixture).count { $0["ActivityDate"].string == "2026-04-28" } == 1)
            let notes = try await fixture.events().compactMap { $0.attempts.last?["error_text"].text }
            #expect(notes.count == 7 && notes.allSatisfy { $0.contains("5 Tasks of 2026-04-27 already") }, "\(notes)")
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() || $0.isCompleted("ignored") })
            #expect(try await fixture.events().allSatisfy { $0.lastError == nil }, "it is no error")
        }
    }

    /// A lost answer takes a place of the day's, and is found again although the day is full by then.
    @Test(arguments: [true, false], [Fault.dropAfterWork, .dropBeforeWork])
    func lostAnswerKeepsItsPlace(hasKeyField: Bool, fault: Fault) async throws {
        try await fixture(hasKeyField: hasKeyField) { fixture in
            fixture.sandbox.salesforce.faults.inject(
                fault,
                next: 1,
                matching: RequestMatcher(method: hasKeyField ? "PATCH" : "POST", path: "/sobjects/Task")
            )
            let worker = fixture.makeWorker {
                $0.batchSize = 1
                $0.policy.tasks.dailyLimit = 2
                $0.lostAnswerWait = .seconds(2)
            }
            try await whileRunning(worker) {
                try await fixture.tell(.open("c1", "p1@acme.example", message: "M1", webhookID: "w1"))
                try await fixture.eventually("open") { !$0.attemptOutcomes.isEmpty }
                for number in 2...4 {
                    try await fixture.tell(
                        .open("c1", "p1@acme.example", message: "M\(number)", webhookID: "w\(number)")
                    )
                }
                // The same message once more, while nobody knows what became of its Task.
                try await fixture.tell(.open("c1", "p1@acme.example", message: "M1", at: Self.day(28), webhookID: "w5"))
                try await eventuallyDone(5, fixture)
            }
            let subjects = tasks(fixture).compactMap { $0["Subject"].string.map(TaskSubject.withoutTime) }.sorted()
            #expect(subjects == ["Email Open: News M1", "Email Open: News M2"])
        }
    }

    /// A refused Task is none: its place is free, and a replay gets it.
    @Test func refusedTaskLeavesItsPlaceAndAReplayDoublesNothing() async throws {
        try await fixture(hasKeyField: true) { fixture in
            fixture.sandbox.salesforce.failWrites(to: "Task", code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message: "No.")
            let worker = fixture.makeWorker { $0.policy.tasks.dailyLimit = 2 }
            try await whileRunning(worker) {
                try await fixture.tell(.open("c1", "p1@acme.example", message: "M1", webhookID: "w1"))
                let dead = try await fixture.eventually("open") { $0.state == "dead" }
                try await fixture.tell(.open("c1", "p1@acme.example", message: "M1", at: Self.day(28), webhookID: "w2"))
                try await fixture.eventually("the second open is done") {
                    try await fixture.events().last?.state == "completed"
                }
                #expect(tasks(fixture).count == 1, "the first has none, so the second gets it")
                try await fixture.journal.replay(dead.id)
                try await eventuallyDone(2, fixture)
            }
            #expect(tasks(fixture).count == 1)
        }
    }

    @Test func clicksFollowTheirSetting() async throws {
        try await fixture(hasKeyField: false) { fixture in
            let worker = fixture.makeWorker {
                $0.policy.tasks.clicks = .perLink
                $0.duplicateWindow = .zero
            }
            try await whileRunning(worker) {
                for number in 1...3 {
                    try await fixture.tell(
                        .clickByWebhook("c1", "p1@acme.example", webhookID: "w\(number)")
                            .replacing("2026-04-27", with: "2026-04-2\(number)")
                    )
                    try await eventuallyDone(number, fixture)
                }
            }
            #expect(tasks(fixture).count == 1)
            let none = fixture.makeWorker("w2") { $0.policy.tasks.clicks = .none }
            try await whileRunning(none) {
                try await fixture.tell(
                    .clickByWebhook("c1", "p1@acme.example", webhookID: "w4").replacing("L1", with: "L2")
                )
                try await eventuallyDone(4, fixture)
            }
            #expect(tasks(fixture).count == 1)
            let last = try await fixture.events().last
            #expect(last?.isCompleted("ignored") == true)
            #expect(last?.attempts.last?["error_text"].text == "sync.tasks.clicks is none: it gets no Task.")
        }
    }
}
