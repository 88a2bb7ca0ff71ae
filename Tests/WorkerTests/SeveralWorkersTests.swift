import Foundation
import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("Several workers on one file", .serialized, .timeLimit(.minutes(1)))
struct SeveralWorkersTests {
    @Test func doAHundredMixedEventsOnceEach() async throws {
        try await WorkerFixture.withFresh { fixture in
            let people = 1...40
            var told: [NewCallback] = people.map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") }
            told += (1...20).map { .click("c\($0)", "p\($0)@acme.example") }
            told += (11...30).map { .tag("demo_watched", "c\($0)", "p\($0)@acme.example") }
            told += (21...40).map { .unsubscribe("c\($0)", "p\($0)@acme.example") }
            let second = try fixture.openAnotherJournal()
            try await whileRunning(fixture.makeWorker("a"), fixture.makeWorker("b", on: second)) {
                for start in stride(from: 0, to: told.count, by: 10) {
                    try await fixture.tell(Array(told[start..<start + 10]))
                }
                try await fixture.eventually("all decoded and drained") {
                    let status = try await fixture.journal.reader.status()
                    return status.undecodedCallbacks == 0 && status.depths.isEmpty
                }
            }
            let events = try await fixture.events()
            #expect(events.count == 100)
            for event in events {
                #expect(event.state == "completed", "\(event)")
                #expect(event.attemptOutcomes == ["completed"], "\(event)")
            }
            let workers = Set(events.flatMap(\.attempts).compactMap { $0["worker"].text })
            #expect(workers == ["a", "b"])
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(Set(leads.compactMap { $0["GetResponse_Contact_ID__c"].string }).count == 40)
            #expect(leads.count == 40)
            #expect(fixture.sandbox.salesforce.rows("Task").count == 20)
            #expect(leads.count { $0["Rating"].string == "Hot" } == 20)
            for number in people {
                #expect(fixture.lead("c\(number)")?["HasOptedOutOfEmail"].bool == (number > 20), "\(number)")
            }
        }
    }

    @Test func workerThatLostItsEventCanRecordNothingOfIt() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.seconds(6)),
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            let zombie = fixture.makeWorker("a") { $0.shutdownGrace = .seconds(20) }
            let heir = fixture.makeWorker("b", on: try fixture.openAnotherJournal())
            try await whileRunning(zombie) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("the request is out") { fixture.requests("PATCH", "/Lead/").count == 1 }
                // It claims no more, and to all others it is dead.
                zombie.stop()
                try FileManager.default.removeItem(atPath: fixture.journal.configuration.path + ".worker-a.lock")
                try await whileRunning(heir) {
                    try await fixture.eventually("subscribe") { $0.isCompleted() }
                }
                #expect(!zombie.isIdle)
                try await fixture.eventually("the zombie has its answer") { zombie.isIdle }
            }
            let event = try #require(try await fixture.event("subscribe"))
            #expect(event.isCompleted())
            #expect(event.attemptOutcomes == ["lost", "completed"])
            #expect(event.attempts.map { $0["worker"].text } == ["a", "b"])
            #expect(event.effects.map { $0["state"].text } == ["confirmed"])
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func leaseOfALongRequestIsRenewedSoThatNobodyTakesTheEvent() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.seconds(5)),
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            func shortLease(_ configuration: inout WorkerConfiguration) {
                configuration.leaseDuration = .seconds(3)
                configuration.requestTimeout = .milliseconds(100)
            }
            let second = try fixture.openAnotherJournal()
            try await whileRunning(
                fixture.makeWorker("a", shortLease),
                fixture.makeWorker("b", on: second, shortLease)
            ) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["completed"])
            }
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
        }
    }

    @Test func nothingIsSentWithLessLeaseThanARequestMayTake() async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker {
                $0.leaseDuration = .seconds(5)
                $0.requestTimeout = .seconds(6)
                $0.retry.maxAttempts = 2
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "dead" }
                #expect(event.lastError?.contains("lease") == true)
            }
            #expect(fixture.requests("PATCH", "/sobjects/").isEmpty)
        }
    }
}
