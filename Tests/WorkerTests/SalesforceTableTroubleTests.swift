import Journal
import Model
import Sandbox
import Testing

@testable import Worker

/// The guide and the real API, row by row: what it costs, what goes wrong, what must not happen twice.
@Suite("Salesforce's table: trouble", .serialized, .timeLimit(.minutes(2)))
struct SalesforceTableTroubleTests {
    @Test("Row 15: a crowd shares its calls, and an opt-out needs none of the crowd's")
    func crowdSharesCalls() async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker {
                $0.concurrency = 400
                $0.batchLinger = .milliseconds(200)
            }
            try await whileRunning(worker) {
                try await fixture.tell((1...200).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            let calls = fixture.sandbox.salesforce.requestCount
            #expect(calls <= 12, "\(calls), where the guide's way takes \(200 * 5)")
        }
    }

    @Test(
        "Row 16: what passes is tried again, what does not is told, and nothing is sent twice",
        arguments: [
            Fault.unableToLockRow, .serviceUnavailable, .dropAfterWork, .dropBeforeWork,
        ]
    )
    func whatPassesIsTriedAgain(fault: Fault) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                fault,
                next: 2,
                matching: .satisfying { $0.path.contains("/sobjects/") }
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("subscribe")
                try await fixture.tell(.click("c1", "jane@acme.example"))
                try await fixture.eventually("click")
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").count == 1)
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }

    @Test("Row 16: a rule of the org makes a dead letter with its own words, at once")
    func ruleOfTheOrgIsTold() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "Every Lead needs a region."
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "dead" }
                #expect(event.attempt == 1)
                #expect(event.lastError?.contains("Every Lead needs a region") == true)
            }
        }
    }

    @Test("Row 20: a click is one Task, whatever is told twice or lost", arguments: [true, false])
    func oneTaskAClick(hasKeyField: Bool) async throws {
        try await WorkerFixture.withFresh {
            if !hasKeyField { $0.salesforce.optionalFields.remove("Task.GetResponse_Event_Key__c") }
        } _: { fixture in
            try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                matching: .satisfying { $0.path.contains("/sobjects/Task") }
            )
            try await whileRunning(fixture.makeWorker { $0.lostAnswerWait = .milliseconds(300) }) {
                try await fixture.tell(.click("c1", "jane@acme.example"), .click("c1", "jane@acme.example"))
                try await fixture.eventually("all done") {
                    let events = try await fixture.events()
                    return !events.isEmpty && events.allSatisfy { $0.isCompleted() }
                }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
        }
    }
}
