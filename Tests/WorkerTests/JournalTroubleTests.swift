import Foundation
import GRDB
import Model
import Sandbox
import Testing

@testable import Journal

@Suite("A journal that refuses a write", .serialized, .timeLimit(.minutes(1)))
struct JournalTroubleTests {
    /// The answer of Salesforce has come, but somebody holds the lock for longer than a write waits for it.
    @Test func endThatCouldNotBeRecordedAtOnceIsRecordedWhileTheLeaseLasts() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.faults.inject(
                .delay(.milliseconds(800)),
                next: 1,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            let intruder = try FileLock(path: fixture.journal.configuration.path + ".lock")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("the Lead is written") { fixture.lead("c1") != nil }
                try await fixture.eventually("the lock is ours") { intruder.tryAcquire() }
                // Longer than the answer takes and a write waits.
                try await Task.sleep(for: .milliseconds(3200))
                #expect(try await fixture.event("subscribe")?.state == "running")
                intruder.release()
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["completed"])
            }
            #expect(fixture.requests("PATCH", "/sobjects/Lead").count == 1)
        }
    }

    /// One delivery that the journal can't keep must not stop all that follow.
    @Test func refusedDeliveryBecomesADeadLetterAndTheOthersGoOn() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.journal.write { db in
                try db.execute(
                    sql: """
                        CREATE TRIGGER refuse BEFORE INSERT ON event WHEN NEW.contact_id = 'bad'
                        BEGIN SELECT RAISE(ABORT, 'refused'); END
                        """
                )
            }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "jane@acme.example"),
                    .unsubscribe("bad", "joe@acme.example"),
                    .wholeSubscribe("c2", "mei@acme.example")
                )
                for contact in ["c1", "c2"] {
                    try await fixture.eventually("subscribe", contact: contact) { $0.isCompleted() }
                }
                let dead = try #require(try await fixture.event("unknown"))
                #expect(dead.state == "dead")
                #expect(dead.lastError?.contains("refused") == true)
                #expect(dead.event["opt_out"] == .integer(1), "it stays overdue until somebody has seen to it")
                #expect(try await fixture.journal.reader.status().optOutsOverdue == 1)
            }
        }
    }
}
