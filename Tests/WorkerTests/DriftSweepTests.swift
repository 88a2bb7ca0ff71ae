import Journal
import Model
import Planning
import Sandbox
import Synchronization
import TestSupport
import Testing
import Time

@testable import Worker

@Suite("A sweep for lost opt-outs", .serialized, .timeLimit(.minutes(2)))
struct DriftSweepTests {
    @Test func leadMadeByHandAfterTheOptOutIsFoundAndRepairedWithItsProof() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            let lead = try fixture.insertLead(nil, "Jane@Acme.example")
            let stranger = try fixture.insertLead("c9", "joe@acme.example")
            let end = try #require(try await fixture.sweep())
            #expect(end.isFull && end[.drifted] == 1 && end.examined == 2)
            try await fixture.settle()
            #expect(fixture.isOptedOut(lead) && !fixture.isOptedOut(stranger))
            // The status is the business of whoever made the Lead: the person left long before.
            #expect(fixture.sandbox.salesforce.row(lead)?["Status"].string != "Unsubscribed")
            #expect(fixture.sandbox.salesforce.row(lead)?["Last_Unsubscribe_Date__c"].string == nil)
            let drift = try #require(try await fixture.drifts().first)
            #expect(drift.isCompleted() && drift.person == "jane@acme.example")
            #expect(drift.event["source"].text == "reconcile" && drift.event["lane"].text == "compliance")
            #expect(!drift.effects("optout.lead").isEmpty)
            #expect(drift.effects("optout.lead").allSatisfy { $0["verified_at"].integer != nil })
            #expect(drift.effects("optout.details").isEmpty)
            let audit = try await fixture.journal.reader.optOutAudit()
            #expect(audit.map { $0["reason"].text } == ["unsubscribe", "drift"])
            #expect(audit.last?["confirmed_at"].integer != nil)
            #expect(try await fixture.journal.reader.status().drifts == 1)
            // It restores what the person wants, and is no new word of the person.
            let path = fixture.journal.configuration.path
            #expect(try PlainSQL.text("SELECT count(*) FROM consent_change", in: path) == "1")
            let check = try JournalCheck(path: path, key: nil, requestCap: 5000, time: SystemTimeSource())
            for result in await check.run() { #expect(result.verdict != .failed, "\(result)") }
            let again = try #require(try await fixture.sweep())
            #expect(!again.isFull && again[.drifted] == 0)
        }
    }

    @Test("Row 11: a conversion into an existing Contact, which keeps its own flag, is found whatever its address")
    func conversionIntoAnExistingContact() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("jane@home.example")
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            #expect(fixture.isOptedOut(lead))
            try fixture.sandbox.salesforce.convertLead(lead, into: .existingContact(id: contact))
            #expect(!fixture.isOptedOut(contact))
            try await fixture.sweep()
            try await fixture.settle()
            #expect(fixture.isOptedOut(contact))
            #expect(try await fixture.drifts().allSatisfy { $0.isCompleted() })
        }
    }

    @Test func duplicatesByEmailThreeLeadsAndTwoContactsAreAllOptedOutAgain() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            var records = try (1...3).map { _ in try fixture.insertLead(nil, "jane@acme.example") }
            records += try (1...2).map { _ in try fixture.insertContact("JANE@acme.example") }
            let end = try #require(try await fixture.sweep())
            #expect(end[.drifted] == 5)
            try await fixture.settle()
            #expect(records.allSatisfy(fixture.isOptedOut))
            // One repair of a page reaches all records of the person.
            #expect(try await fixture.drifts().count == 2)
            let next = try #require(try await fixture.sweep())
            #expect(next[.drifted] == 0)
        }
    }

    @Test(arguments: [true, false])
    func mergeThatClearsTheFlagIsRepairedEveryTime(isContact: Bool) async throws {
        let clock = SandboxClock()
        try await WorkerFixture.withFresh {
            $0.now = clock.now
        } _: { fixture in
            let record =
                try isContact
                ? fixture.insertContact("jane@acme.example") : fixture.insertLead("c1", "jane@acme.example")
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            for round in 1...2 {
                #expect(fixture.isOptedOut(record))
                // Salesforce tells apart what is a second apart.
                clock.advance(byMilliseconds: 2000)
                try fixture.sandbox.salesforce.change(record, ["HasOptedOutOfEmail": false])
                let end = try #require(try await fixture.sweep())
                #expect(end[.drifted] == 1, "round \(round)")
                try await fixture.settle()
            }
            #expect(fixture.isOptedOut(record))
        }
    }

    @Test func recordThatHadBeenOptedOutIsFoundWhateverItsAddressIsNow() async throws {
        try await WorkerFixture.withFresh { fixture in
            let contact = try fixture.insertContact("jane@acme.example")
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            for id in [contact, lead] {
                let change: [String: JSON] = ["HasOptedOutOfEmail": false, "Email": "jane@new.example"]
                try fixture.sandbox.salesforce.change(id, change)
            }
            try await fixture.sweep()
            try await fixture.settle()
            #expect(fixture.isOptedOut(contact) && fixture.isOptedOut(lead))
        }
    }

    @Test func personWhoIsKnownByAContactIdAloneIsFound() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", nil)
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            try await fixture.sweep()
            try await fixture.settle()
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func reportLeavesTheRecordsAndTellsOfEachStateOnceUntilRepairIsChosen() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            let leads = try (1...2).map { _ in try fixture.insertLead(nil, "jane@acme.example") }
            try await fixture.sweep(isFull: true) { $0.drift = .report }
            try await fixture.settle { $0.policy.drift = .report }
            let second = try #require(try await fixture.sweep(isFull: true) { $0.drift = .report })
            #expect(second[.drifted] == 0 && second[.known] == 2)
            #expect(!leads.contains(where: fixture.isOptedOut))
            let drifts = try await fixture.drifts()
            #expect(drifts.map(\.outcome) == ["ignored", "ignored"])
            #expect(try await fixture.journal.reader.optOutAudit().count == 1)
            let repair = try #require(try await fixture.sweep(isFull: true))
            #expect(repair[.drifted] == 2)
            try await fixture.settle()
            #expect(leads.allSatisfy(fixture.isOptedOut))
        }
    }

    @Test func personWhoIsStillOnAnotherListIsNoDrift() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
            try await fixture.settle { $0.policy.optOutScope = .allLists }
            try await fixture.tell(.json(Self.leaving(list: "other")))
            try await fixture.settle { $0.policy.optOutScope = .allLists }
            let end = try #require(try await fixture.sweep { $0.optOutScope = .allLists })
            #expect(end[.drifted] == 0 && end.examined == 1)
        }
    }

    private static func leaving(list: String) -> String {
        #"{"action":"unsubscribe","contact":{"contactId":"c2","email":"jane@acme.example","#
            + #""campaign":{"campaignId":"\#(list)"}}}"#
    }

    @Test func workerSweepsByItself() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.optOutAndSettle("c1", "jane@acme.example")
            let lead = try fixture.insertLead(nil, "jane@acme.example")
            let worker = fixture.makeWorker { $0.sweeping = SweepPolicy(interval: .milliseconds(100)) }
            try await whileRunning(worker) {
                try await fixture.eventually("opt_out_drift") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func driftThatACallbackNamesIsNotBelieved() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let body = #"{"action":"opt_out_drift","contact":{"contactId":"c1","email":"jane@acme.example"}}"#
            try await fixture.tell(.json(body))
            try await fixture.settle()
            #expect(try await fixture.events().map(\.state) == ["dead"])
            #expect(!fixture.isOptedOut(lead))
        }
    }
}

/// The org's clock, which can be put on.
private final class SandboxClock: Sendable {
    private let ahead = Mutex<Int64>(0)

    var now: @Sendable () -> Int64 {
        { SystemTimeSource().read().wall + self.ahead.withLock(\.self) }
    }

    func advance(byMilliseconds milliseconds: Int64) {
        ahead.withLock { $0 += milliseconds }
    }
}
