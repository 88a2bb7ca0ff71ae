import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

@Suite("Replays, carried out", .serialized, .timeLimit(.minutes(1)))
struct DeadLetterReplayTests {
    /// An older decoder made nothing of it; this one does.
    @Test func callbackThatCanBeDecodedNowEndsAsItShouldHave() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
            try await fixture.recordUndecoded()
            let letters = try await fixture.journal.reader.letters(of: [1])
            #expect(letters.map(\.action) == [.unknown])
            #expect(try await fixture.replay([1]).map(\.isRefused) == [true], "it can't run as it is")
            #expect(try await fixture.replay([1], isFromRaw: true) == [.done(addedEvents: 0)])
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
            #expect(try await fixture.journal.reader.deadLetters() == [])
        }
    }

    @Test func arrayOfWhichOnlyAPartWasSeenIsCarriedOutWhole() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c2", "joe@acme.example")
            try await fixture.tell(
                .json(
                    """
                    [{"type":"contact_added","contact":{"contactId":"c1","email":"jane@acme.example","name":"Jane Doe",
                    "campaign":{"campaignId":"p86zQ","name":"q2"}},"event":{"occurredAt":"2026-04-27T12:56:00+00:00"}},
                    {"type":"contact_removed_link","contact":{"contactId":"c2","email":"joe@acme.example",
                    "campaign":{"campaignId":"p86zQ","name":"q2"}},"event":{"occurredAt":"2026-04-27T12:56:00+00:00"}}]
                    """,
                    webhookID: "w1"
                )
            )
            try await fixture.recordUndecoded()
            #expect(try await fixture.replay([1], isFromRaw: true, isDryRun: true) == [.done(addedEvents: 1)])
            #expect(try await fixture.journal.reader.letters(of: [1]).map(\.state) == ["dead"], "that only told")
            #expect(try await fixture.replay([1], isFromRaw: true) == [.done(addedEvents: 1)])
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(try await fixture.journal.reader.optOutAudit().map { $0["state"] } == [.text("completed")])
        }
    }

    /// Two records: one takes the flag at once, the other refuses it four times.
    @Test func forcedReplaySendsWhatIsConfirmedAgainEachTime() async throws {
        try await WorkerFixture.withFresh { fixture in
            let yes = try fixture.insertLead("c1", "jane@acme.example")
            let no = try fixture.insertContact("jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .respond(
                    status: 400,
                    body: #"[{"message":"No.","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":[]}]"#,
                    contentType: "application/json"
                ),
                next: 4,
                matching: RequestMatcher(method: "PATCH", path: no)
            )
            func flagsSent() -> Int { fixture.requests("PATCH", yes, body: "HasOptedOutOfEmail").count }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let steps: [(isForced: Bool, sent: Int)] = [(false, 1), (true, 2), (true, 3)]
                for (number, step) in steps.enumerated() {
                    try await fixture.eventually("unsubscribe") {
                        $0.state == "dead" && $0.attempts.count == number + 1
                    }
                    #expect(try await fixture.replay([1], isForced: step.isForced) == [.done(addedEvents: 0)])
                    try await fixture.eventually("unsubscribe") {
                        $0.state == "dead" && $0.attempts.count == number + 2
                    }
                    #expect(flagsSent() == step.sent, "replay \(number + 1)")
                }
                #expect(try await fixture.replay([1]) == [.done(addedEvents: 0)])
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(flagsSent() == 3)
            }
            #expect(fixture.isOptedOut(yes) && fixture.isOptedOut(no))
            #expect(try await fixture.journal.reader.optOutAudit(OptOutQuery(isOverdueOnly: true)) == [])
        }
    }

    /// A Task is told by its key in Salesforce, which no replay changes.
    @Test func forcedReplayOfAClickUpdatesItsTaskAndMakesNoSecond() async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .dropAfterWork,
                next: 1,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Task")
            )
            let worker = fixture.makeWorker { $0.retry.maxAttempts = 1 }
            try await whileRunning(worker) {
                try await fixture.tell(.click("c1", "jane@acme.example"))
                try await fixture.eventually("click") { $0.state == "dead" }
                #expect(fixture.sandbox.salesforce.rows("Task").count == 1, "it was made, and the answer lost")
                #expect(try await fixture.replay([1], isForced: true) == [.done(addedEvents: 0)])
                try await fixture.eventually("click") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Task").count == 1)
            #expect(fixture.requests("PATCH", "/sobjects/Task").count == 2, "it was sent again")
        }
    }

    @Test func ownFollowUpsAndPrunedCallbacksAreRefusedInWords() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await fixture.tell(.json("{}"), .json("[]"))
            try await fixture.recordUndecoded()
            try await fixture.journal.discard(2, reason: "a test")
            let pruner = JournalPruner(
                journal: fixture.journal,
                retention: JournalRetention().replacingAges(with: .zero),
                rest: { _ in }
            )
            _ = try await pruner.run()
            let outcomes = try await fixture.replay([1, 2], isFromRaw: true)
            guard case .refused(let undecodable)? = outcomes.first, case .refused(let pruned)? = outcomes.last else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(undecodable.hasPrefix("It still can't be decoded: "))
            #expect(pruned == "There is no raw callback 2 any more: it was pruned.")
        }
    }
}

extension WorkerFixture {
    /// Records what waits as a decoder would that knows none of it, one dead letter a delivery.
    fileprivate func recordUndecoded() async throws {
        let decoded = try await journal.reader.undecodedCallbacks(limit: 100).map { callback in
            let event = DecodedEvent(
                position: 0,
                action: .unknown,
                payload: EventPayload(contact: ContactDetails()),
                identity: .unique,
                contentKey: "undecoded \(callback.id)",
                failure: "No such shape."
            )
            return DecodedCallback(
                callback: callback,
                elements: [DecodedElement(event: event, lane: .lead, isOptOut: false)]
            )
        }
        _ = try await journal.record(decoded, duplicateWindow: .seconds(600))
    }

    fileprivate func replay(
        _ eventIDs: [Int64],
        isFromRaw: Bool = false,
        isForced: Bool = false,
        isDryRun: Bool = false
    ) async throws -> [DecisionOutcome] {
        let replay = DeadLetterReplay(
            reader: journal.reader,
            interpreter: isFromRaw ? CallbackInterpreter(policy: SyncPolicy()) : nil,
            isForced: isForced,
            duplicateWindow: .seconds(600)
        )
        let proposals = try await replay.proposals(for: journal.reader.letters(of: eventIDs))
        return isDryRun ? try await replay.foresee(proposals) : try await replay.carryOut(proposals, in: journal)
    }
}

extension DecisionOutcome {
    fileprivate var isRefused: Bool {
        guard case .refused = self else { return false }
        return true
    }
}
