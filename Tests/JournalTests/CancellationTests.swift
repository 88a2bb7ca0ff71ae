import Model
import Testing

@testable import Journal

/// A worker that is told to stop after Salesforce answered must still record the answer; GRDB by itself would roll back.
@Suite("Writes of a cancelled task", .timeLimit(.minutes(1)))
struct CancellationTests {
    @Test func conclusionIsRecorded() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.unsubscribe))
        let event = try await fixture.claimOne()
        try await cancelled {
            let intent = EffectIntent(kind: .optOutLead, object: .lead, target: .record(id: "00Q1"), fields: [:])
            let effects = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")
            let result = EffectResult(effectID: effects[0].id, state: .confirmed, verifiedAt: fixture.now)
            try await fixture.journal.recordEffects([result], of: event.ticket)
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"), results: [result])
        }
        #expect(try await fixture.state(of: 1) == "completed")
        #expect(try await fixture.text("SELECT state FROM effect") == "confirmed")
        #expect(try await fixture.count("attempt") == 1)
    }

    @Test func appendAndReadsWork() async throws {
        let fixture = try JournalFixture()
        try await cancelled {
            let ids = try await fixture.journal.append([.sample()])
            let waiting = try await fixture.reader.undecodedCallbacks(limit: 5)
            #expect(ids == [1])
            #expect(waiting.map(\.id) == ids)
        }
        #expect(try await fixture.count("callback") == 1)
    }

    /// Cancelled while the write waits for the lock: it is done all the same once the lock is free.
    @Test func cancellationWhileWaitingForTheLockDoesNotStopTheWrite() async throws {
        let fixture = try JournalFixture()
        let intruder = try FileLock(path: fixture.path + ".lock")
        #expect(intruder.tryAcquire())
        let write = Task { try await fixture.journal.append([.sample()]) }
        write.cancel()
        intruder.release()
        #expect(try await write.value == [1])
    }

    private func cancelled(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(Task.isCancelled)
            try await body()
        }
        try await task.value
    }
}
