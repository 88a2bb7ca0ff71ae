import Foundation
import GetResponse
import Journal
import Logging
import Model
import Sandbox
import Synchronization
import TestSupport
import Testing
import Time

@testable import Worker

@Suite("The search for removals", .serialized, .timeLimit(.minutes(2)))
struct ReconcileTests {
    private static let hour: Int64 = 3_600_000

    private static var now: Int64 { SystemTimeSource().read().wall }

    /// One search to its end, as `reconcile` does it.
    @discardableResult
    private static func search(
        _ fixture: WorkerFixture,
        _ runner: String = "r1",
        since: ReconcileStart = .all,
        reasons: Set<String> = ["unsubscribe", "complaint", "blacklisted"]
    ) async throws -> ReconcileCheckpoint? {
        guard case .start(let checkpoint) = try await fixture.journal.takeReconcileTurn(runner: runner, interval: nil)
        else { return nil }
        return try await reconciliation(fixture, since: since, reasons: reasons).run(from: checkpoint)
    }

    private static func reconciliation(
        _ fixture: WorkerFixture,
        since: ReconcileStart = .all,
        reasons: Set<String> = ["unsubscribe", "complaint", "blacklisted"],
        budget: RequestBudget = RequestBudget(cap: 5000)
    ) -> Reconciliation {
        let time = SystemTimeSource()
        let gate = JournalRequestGate(
            journal: fixture.journal,
            budget: budget,
            worker: "r",
            share: .upkeep,
            patience: .seconds(20),
            time: time
        )
        let client = GetResponseClient(
            configuration: GetResponseConfiguration(
                baseURL: fixture.sandbox.getResponseURL,
                apiKey: fixture.apiKey.current
            ),
            httpClient: fixture.httpClient,
            gate: gate,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            time: time
        )
        return Reconciliation(journal: fixture.journal, client: client, since: since, reasons: reasons, time: time)
    }

    private static func remove(
        _ contact: String,
        _ email: String,
        _ reason: String,
        at time: Int64? = nil,
        list: String = "p86zQ",
        _ fixture: WorkerFixture
    ) {
        let removed = GetResponseContact(id: contact, email: email, listID: list, createdOn: 1_700_000_000_000)
        fixture.sandbox.getResponse.addRemovedContacts([
            RemovedGetResponseContact(contact: removed, reason: reason, deletedOn: time ?? now)
        ])
    }

    @Test func whatNoCallbackToldIsAppendedAndReachesSalesforceOnceHoweverOftenItIsAsked() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            let contact = try fixture.insertContact("Jane@acme.example")
            let bounced = try fixture.insertLead("c2", "joe@acme.example")
            let removedAt = Self.now - Self.hour
            Self.remove("c1", "jane@acme.example", "complaint", at: removedAt, fixture)
            Self.remove("c2", "joe@acme.example", "bounce", at: removedAt, fixture)
            let first = try #require(try await Self.search(fixture))
            #expect(first[.missing] == 1 && first[.otherReason] == 1)
            let second = try #require(try await Self.search(fixture, "r2"))
            #expect(second[.missing] == 0 && second[.known] == 1, "before anything is decoded")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("removed", contact: "c1") { $0.isCompleted() }
            }
            let third = try #require(try await Self.search(fixture, "r3"))
            #expect(third[.missing] == 0 && third[.known] == 1)
            #expect(fixture.isOptedOut(lead) && fixture.isOptedOut(contact))
            #expect(!fixture.isOptedOut(bounced))
            #expect(try await fixture.events().count == 1)
            let audit = try #require(try await fixture.journal.reader.optOutAudit().first)
            #expect(audit["source"].text == "reconcile" && audit["reason"].text == "complaint")
            #expect(audit["occurred_at"].integer == removedAt / 1000 * 1000)
            // Two lists' worth of a question and one page each time, from the share for upkeep.
            #expect(
                fixture.sandbox.getResponse.requests.all.map(\.method) == ["GET", "POST", "GET", "POST", "GET", "POST"]
            )
        }
    }

    @Test func removalThatACallbackToldIsNotAppended() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"), .unsubscribe("c2", nil))
                try await fixture.eventually("unsubscribe", contact: "c1") { $0.isCompleted("unknownPerson") }
                try await fixture.eventually("unsubscribe", contact: "c2") { $0.isCompleted("unknownPerson") }
            }
            Self.remove("c1", "jane@acme.example", "unsubscribe", at: Self.now - 2000, fixture)
            Self.remove("c2", "joe@acme.example", "unsubscribe", at: Self.now - 2000, fixture)
            // The same person's complaint is another thing than the unsubscribe that was told.
            Self.remove("c3", "jane@acme.example", "complaint", at: Self.now - 1000, fixture)
            let end = try #require(try await Self.search(fixture))
            #expect(end[.known] == 2 && end[.missing] == 1)
        }
    }

    @Test func personWhoCameBackIsNotOptedOutByHistory() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c2", "jane@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            Self.remove("c1", "jane@acme.example", "unsubscribe", at: Self.now - Self.hour * 24 * 365 * 20, fixture)
            let end = try #require(try await Self.search(fixture))
            #expect(end[.cameBack] == 1 && end[.missing] == 0)
        }
    }

    @Test func personWhoComesBackBeforeTheRemovalIsDecodedIsNotOptedOut() async throws {
        try await WorkerFixture.withFresh { fixture in
            Self.remove("c1", "jane@acme.example", "unsubscribe", at: Self.now - Self.hour, fixture)
            // Received, and not decoded yet: nobody can know it when the removal is appended.
            let back = #"{"type":"contact_added","contact":{"contactId":"c2","email":"jane@acme.example"},"#
            let at = Timestamp(milliseconds: Self.now - Self.hour / 2).iso8601
            try await fixture.tell(.json(back + #""event":{"occurredAt":"\#(at)"}}"#))
            let end = try #require(try await Self.search(fixture))
            #expect(end[.missing] == 1)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("removed") { $0.isCompleted("ignored") }
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.lead("c2")?["HasOptedOutOfEmail"].bool != true)
            #expect(try await fixture.journal.reader.optOutAudit().isEmpty)
        }
    }

    @Test func onlyWhatIsLaterThanTheStartCountsAndADryRunWritesNothing() async throws {
        try await WorkerFixture.withFresh { fixture in
            let created = try await fixture.journal.reader.createdAt()
            Self.remove("c1", "old@acme.example", "unsubscribe", at: created.milliseconds - 1000, fixture)
            Self.remove("c2", "new@acme.example", "unsubscribe", at: created.milliseconds + 60_000, fixture)
            let rehearsal = try await Self.reconciliation(fixture, since: .all).rehearse()
            #expect(rehearsal[.missing] == 2)
            #expect(try await fixture.journal.reader.status().undecodedCallbacks == 0)
            #expect(try await fixture.journal.reader.reconcileCheckpoint() == nil)
            let end = try #require(try await Self.search(fixture, since: .journal))
            #expect(end[.missing] == 1 && end[.tooOld] == 1)
            let later = Timestamp(milliseconds: created.milliseconds + 120_000)
            let none = try #require(try await Self.search(fixture, since: .time(later)))
            #expect(none[.tooOld] == 2)
        }
    }

    @Test func complaintCountsForEveryListAndAnUnsubscribeForItsOwn() async throws {
        try await WorkerFixture.withFresh { fixture in
            Self.remove("c1", "a@acme.example", "complaint", fixture)
            Self.remove("c2", "b@acme.example", "unsubscribe", fixture)
            try await Self.search(fixture)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("removed", contact: "c1") { $0.isCompleted("unknownPerson") }
                try await fixture.eventually("removed", contact: "c2") { $0.isCompleted("unknownPerson") }
            }
            let sql = "SELECT group_concat(person || ':' || list_id) FROM (SELECT * FROM consent ORDER BY person)"
            let lists = try PlainSQL.text(sql, in: fixture.journal.configuration.path)
            #expect(lists == "a@acme.example:,b@acme.example:p86zQ")
        }
    }

    @Test func twoThousandFiveHundredRemovalsTakeThreeRequestsAndAKilledSearchGoesOnAtItsPage() async throws {
        try await WorkerFixture.withFresh { fixture in
            let time = Self.now - Self.hour
            fixture.sandbox.getResponse.addRemovedContacts(
                (0..<2500).map { number in
                    let contact = GetResponseContact(
                        id: "c\(number)",
                        email: "p\(number)@acme.example",
                        createdOn: time
                    )
                    return RemovedGetResponseContact(contact: contact, reason: "unsubscribe", deletedOn: time)
                }
            )
            fixture.sandbox.getResponse.faults.inject(
                .respond(status: 503, body: "{}", contentType: "application/json"),
                matching: .satisfying { $0.method == "POST" && $0.queryItem("page") == "2" }
            )
            await #expect(throws: GetResponseError.self) { try await Self.search(fixture, "dead") }
            let cut = try #require(try await fixture.journal.reader.reconcileCheckpoint())
            #expect(cut.nextPage == 2 && cut[.missing] == 1000 && cut.finishedAt == nil)
            let rest = try await fixture.journal.takeReconcileTurn(runner: "w", interval: .seconds(3600))
            #expect(rest == .rest, "its runner may be alive")
            let end = try #require(try await Self.search(fixture, "next"))
            #expect(end[.missing] == 2500)
            let searches = fixture.sandbox.getResponse.requests.all.filter { $0.method == "POST" }
            #expect(searches.map { $0.query.contains("page=2&") } == [false, true, true, false])
            let sql = "SELECT group_concat(DISTINCT share) FROM api_request"
            #expect(try PlainSQL.text(sql, in: fixture.journal.configuration.path) == "upkeep")
        }
    }

    @Test func searchThatWasTakenOverWritesNothing() async throws {
        try await WorkerFixture.withFresh { fixture in
            guard case .start(let mine) = try await fixture.journal.takeReconcileTurn(runner: "a", interval: nil) else {
                Issue.record("no turn")
                return
            }
            _ = try await fixture.journal.takeReconcileTurn(runner: "b", interval: nil)
            Self.remove("c1", "jane@acme.example", "unsubscribe", fixture)
            #expect(try await Self.reconciliation(fixture).run(from: mine) == nil)
            #expect(try await fixture.journal.reader.status().undecodedCallbacks == 0)
        }
    }

    @Test func workerSearchesByItselfWhenItsTimeComes() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            Self.remove("c1", "jane@acme.example", "blacklisted", at: Self.now + 1000, fixture)
            let worker = fixture.makeWorker {
                $0.reconciling = ReconcilePolicy(interval: .milliseconds(300), since: .journal)
            }
            try await whileRunning(worker) {
                try await fixture.eventually("the Lead is opted out") { fixture.isOptedOut(lead) }
            }
            #expect(try await fixture.events().count == 1)
        }
    }
}
