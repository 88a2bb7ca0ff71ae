import Journal
import Model
import Planning
import Sandbox
import Synchronization
import Testing
import Time

@testable import Worker

@Suite("The way of a sweep through the org", .serialized, .timeLimit(.minutes(2)))
struct SweepWalkTests {
    @Test func hiddenFieldThatAppearsLaterIsMadeUpForAndTheRestIsSweptMeanwhile() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            let lead = try fixture.insertLead(nil, "jane@acme.example")
            let contact = try fixture.insertContact("jane@acme.example")
            fixture.sandbox.salesforce.hideField("Contact", "HasOptedOutOfEmail")
            let blind = try #require(try await fixture.sweep())
            #expect(blind.skipped == [.conversions, .contacts] && blind.lastFullAt == nil)
            #expect(try await fixture.journal.reader.status().sweepLeftOut == ["conversions", "contacts"])
            // The flag of the Lead is written; that of the Contact waits, and is not given up.
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("the Lead is opted out") { fixture.isOptedOut(lead) }
            }
            fixture.sandbox.salesforce.showField("Contact", "HasOptedOutOfEmail")
            let seeing = try #require(try await fixture.sweep())
            #expect(seeing.skipped.isEmpty && seeing.isFull && seeing.lastFullAt == seeing.startedAt)
            try await fixture.settle()
            #expect(fixture.isOptedOut(contact))
        }
    }

    @Test func leadsAreSweptByAddressWhereTheContactIdIsHiddenAndAgainWhenItShows() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            let named = try fixture.insertLead(nil, "jane@acme.example")
            let keyed = try fixture.insertLead("c1", "jane@new.example")
            fixture.sandbox.salesforce.hideField("Lead", "GetResponse_Contact_ID__c")
            let blind = try #require(try await fixture.sweep())
            #expect(blind.skipped == [.leads, .conversions] && blind[.drifted] == 1)
            fixture.sandbox.salesforce.showField("Lead", "GetResponse_Contact_ID__c")
            try await fixture.sweep()
            try await fixture.settle()
            #expect(fixture.isOptedOut(named) && fixture.isOptedOut(keyed))
        }
    }

    @Test func sweepThatWasKilledBetweenPagesGoesOnThereAndTellsOfNobodyTwice() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.queryBatchSize = 2
        } _: { fixture in
            var leads: [String] = []
            try await fixture.tell((1...5).map { .unsubscribe("c\($0)", "person\($0)@acme.example") })
            try await fixture.settle()
            for number in 1...5 { leads.append(try fixture.insertLead(nil, "person\(number)@acme.example")) }
            let reached = Mutex(false)
            let deadly = FailPoint(armed: .pageSwept) {
                reached.withLock { $0 = true }
                // Gone: nothing after it is done any more.
                try? await Task.sleep(for: .seconds(600))
            }
            let sweep = fixture.driftSweep(failPoint: deadly)
            let turn = try await fixture.takeTurn("dead")
            let checkpoint = try #require(turn)
            let dead = Task { try await sweep.run(from: checkpoint) }
            try await fixture.eventually("a page is swept") { reached.withLock(\.self) }
            dead.cancel()
            await #expect(throws: CancellationError.self) { try await dead.value }
            let cut = try #require(try await fixture.journal.reader.sweepCheckpoint())
            #expect(cut.finishedAt == nil && cut.position != nil && cut[.drifted] == 2)
            let end = try #require(try await fixture.sweep("next"))
            #expect(end.startedAt == cut.startedAt)
            try await fixture.settle()
            #expect(leads.allSatisfy(fixture.isOptedOut))
            let people = try await fixture.drifts().compactMap(\.person)
            #expect(people.sorted() == (1...5).map { "person\($0)@acme.example" })
        }
    }

    @Test func sweepWaitsWhileTheOrgHasFewCallsLeft() async throws {
        try await WorkerFixture.withFresh { fixture in
            let until = Timestamp(milliseconds: SystemTimeSource().read().wall).advanced(by: .seconds(60))
            let pause = Pause(subject: .usage(.background), reason: "few", errorClass: .quota, until: until)
            try await fixture.journal.setPause(pause)
            #expect(try await fixture.sweep() == nil)
            #expect(fixture.requests("GET", "/query").isEmpty)
            try await fixture.journal.clearPause(.usage(.background))
            #expect(try await fixture.sweep()?.finishedAt != nil)
        }
    }

    @Test func onlyWhatChangedIsAskedForAfterTheFirst() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead(nil, "joe@acme.example")
            let first = try #require(try await fixture.sweep())
            #expect(first.isFull && first.cursors["leads"] != nil)
            let before = fixture.requests("GET", "/query").count
            let second = try #require(try await fixture.sweep())
            #expect(!second.isFull)
            let questions = fixture.requests("GET", "/query").dropFirst(before)
            let leads = questions.first { $0.query.contains("IsConverted%20%3D%20false") }
            #expect(leads?.query.contains("SystemModstamp%20%3E%3D%20") == true)
        }
    }
}
