import Journal
import Model
import Sandbox
import Testing

@testable import Worker

/// What the journal says of the HTTP requests behind the effects.
@Suite("The request behind an effect", .serialized, .timeLimit(.minutes(1)))
struct RequestIDTests {
    @Test func rowsOfOneBatchShareIt() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 1,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "Leads need a region."
            )
            let worker = fixture.makeWorker {
                $0.concurrency = 400
                $0.batchLinger = .milliseconds(200)
            }
            try await whileRunning(worker) {
                try await fixture.tell((1...20).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            let effects = try await fixture.events().flatMap(\.effects)
            #expect(effects.count == 20)
            let requests = Set(effects.compactMap { $0["request_id"].text })
            #expect(effects.allSatisfy { $0["request_id"].text?.count == 36 })
            let writes = fixture.sandbox.salesforce.requests.all.filter {
                $0.body.contains("GetResponse_List_ID__c\":\"p86zQ")
            }
            #expect(requests.count == writes.count && requests.count < 20, "\(writes.map(\.path))")
            let failed = effects.filter { $0["state"].text == "failed" }
            #expect(effects.count { $0["state"].text == "confirmed" } == 19, "\(effects)")
            // A batch is answered 200, and the row's own refusal is in the text; on a slow machine a row may have gone alone.
            let isShared = effects.count { $0["request_id"] == failed.first?["request_id"] } > 1
            #expect(failed.map { $0["status_code"].integer } == [isShared ? 200 : 400])
            #expect(failed.first?["error_text"].text?.contains("Leads need a region") == true)
            #expect(effects.count { $0["status_code"].integer == 201 } == 19)
        }
    }

    @Test func eachOptOutHasItsOwn() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "jane@acme.example")
            try fixture.insertContact("jane@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                let flags = event.effects.filter { $0["kind"].text?.hasPrefix("optout.") == true }
                #expect(flags.count == 4)
                #expect(Set(flags.compactMap { $0["request_id"].text }).count == 4)
                #expect(flags.allSatisfy { $0["status_code"].integer == 204 })
            }
        }
    }

    @Test func refusedAndLostRequestsAreToldToo() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .unableToLockRow,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            try await whileRunning(
                fixture.makeWorker {
                    $0.retry.base = .seconds(3600)
                    $0.retry.cap = .seconds(3600)
                }
            ) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.state == "retryable" || $0.isCompleted() }
                let effect = try #require(event.effects.first)
                #expect(effect["state"].text == "failed" && effect["status_code"].integer == 400)
                #expect(effect["request_id"].text?.count == 36)
            }
        }
    }
}
