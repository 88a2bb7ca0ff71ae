import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Replaying dead letters", .timeLimit(.minutes(1)))
struct ReplayTests {
    @Test func givesAFreshLifeAndKeepsTheHistory() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        fixture.time.advance(by: .seconds(60))
        try await fixture.journal.replay(told)
        let row = try await fixture.row("SELECT state, attempt, finalized_at, available_at, claim, redrive FROM event")
        #expect(
            row.cells == [
                .text("available"), .integer(0), .null, .integer(fixture.now.milliseconds), .integer(1), .integer(0),
            ]
        )
        let event = try await fixture.claimOne()
        #expect(event.attempt == 1)
        #expect(event.ticket.claim == 2)
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.count("attempt") == 2)
        #expect(try await fixture.reader.deadLetters() == [])
        let decision = try await fixture.row("SELECT decision, from_state, attempts, from_raw, redrive FROM decision")
        #expect(
            decision.cells == [.text("replayed"), .text("dead"), .integer(1), .integer(0), .integer(0)]
        )
    }

    @Test func onlyWhatIsDeadOrDiscardedAndCanRunIsReplayed() async throws {
        let fixture = try JournalFixture()
        let waiting = try await fixture.tell(.sample(.subscribe)).events[0]
        let unknown = try await fixture.tell(.sample(.unknown, email: nil, failure: "No JSON.")).events[0]
        let letters = try await fixture.reader.letters(of: [waiting, unknown, 99])
        #expect(letters.map(\.eventID) == [waiting, unknown])
        let outcomes = try await fixture.journal.replay(letters.map { ReplayOrder(letter: $0) })
        #expect(
            outcomes == [
                .refused("It is available; only a dead or discarded event is replayed."),
                .refused(
                    "It was never decoded, so there is nothing to run: mend the decoder and use --from-raw, or discard it."
                ),
            ]
        )
        for id in [waiting, unknown, 99] {
            await #expect(throws: JournalError.self) { try await fixture.journal.replay(id) }
        }
        #expect(try await fixture.count("decision") == 0)
    }

    @Test(arguments: [false, true])
    func completedEventIsNotReplayedWhateverTheForce(isForced: Bool) async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.subscribe)).events[0]
        try await fixture.journal.conclude(fixture.claimOne().ticket, with: .completed(outcome: "applied"))
        let orders = try await fixture.reader.letters(of: [told]).map { ReplayOrder(letter: $0) }
        #expect(
            try await fixture.journal.replay(orders, isForced: isForced) == [
                .refused(
                    "It is completed, and what it wrote may have been changed since; only a dead or discarded event is "
                        + "replayed, with --force too."
                )
            ]
        )
        #expect(try await fixture.state(of: told) == "completed")
        #expect(try await fixture.count("decision") == 0)
    }

    @Test func givingUpIsNotForEver() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        try await fixture.journal.discard(told, reason: "a test address")
        try await fixture.journal.replay(told)
        #expect(try await fixture.state(of: told) == "available")
        let decisions = try await fixture.rows("SELECT decision, from_state, reason FROM decision ORDER BY id")
        #expect(
            decisions.map(\.cells) == [
                [.text("discarded"), .text("dead"), .text("a test address")],
                [.text("replayed"), .text("discarded"), .null],
            ]
        )
    }

    @Test func prunedEventIsNotReplayedAsItIs() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        try await fixture.journal.discard(told, reason: "a test address")
        try await fixture.execute("UPDATE event SET payload = '{\"contact\":{}}', pruned_at = 1")
        let letters = try await fixture.reader.letters(of: [told])
        let outcomes = try await fixture.journal.replay(letters.map { ReplayOrder(letter: $0) })
        #expect(
            outcomes == [
                .refused("Its details were pruned; --from-raw gets them back where the callback was kept.")
            ]
        )
    }

    /// Somebody else replayed it between reading and writing, and a worker has had it since.
    @Test func eventThatHasMovedOnIsLeftAlone() async throws {
        let fixture = try JournalFixture()
        let told = try await dead(fixture)
        let stale = try await fixture.reader.letters(of: [told])
        try await fixture.openAnother().replay(told)
        let orders = stale.map { ReplayOrder(letter: $0) }
        #expect(try await fixture.journal.replay(orders) == [.changed])
        let event = try await fixture.claimOne()
        #expect(try await fixture.journal.replay(orders) == [.changed])
        #expect(try await fixture.journal.discard(stale, reason: "r") == [.changed])
        try await fixture.journal.conclude(event.ticket, with: .dead(.data, "refused again"))
        #expect(try await fixture.journal.replay(orders) == [.changed], "it died a second time, of which nobody knows")
        #expect(try await fixture.count("decision") == 1)
        #expect(try await fixture.state(of: told) == "dead")
    }

    @Test func replayWaitsItsTurnAndAnOptOutIsOfTheComplianceLane() async throws {
        let fixture = try JournalFixture()
        let first = fixture.now
        try await fixture.live(.sample(.open, email: "a@x", at: first), .dead(.data, "refused"))
        try await fixture.live(.sample(.unsubscribe, email: "b@x"), .dead(.data, "refused"))
        fixture.time.advance(by: .seconds(60))
        try await fixture.tell(.sample(.subscribe, email: "a@x"))
        try await fixture.tell(.sample(.tagApplied, email: "c@x"))
        try await fixture.execute("UPDATE event SET lane = 3 WHERE id = 2")
        try await fixture.journal.replay(1)
        try await fixture.journal.replay(2)
        let claimed = try await fixture.claim()
        #expect(
            claimed.map(\.ticket.eventID) == [2, 4, 1],
            "the opt-out first; ann's earlier event before her later one"
        )
        #expect(claimed.first?.lane == .compliance)
    }

    @Test func confirmedEffectsAreSentAgainOnlyWhenForcedAndThenEachTime() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.subscribe)).events[0]
        let intent = EffectIntent(kind: .taskCreate, object: .task, target: .new, fields: ["Subject": "Łódź"])
        func tryAndDie() async throws -> PlannedEffect {
            let event = try await fixture.claimOne()
            let effect = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")[0]
            try await fixture.journal.conclude(
                event.ticket,
                with: .dead(.data, "another effect was refused"),
                results: [EffectResult(effectID: effect.id, state: .confirmed)]
            )
            return effect
        }
        #expect(try await !tryAndDie().isConfirmed)
        try await fixture.journal.replay(told)
        #expect(try await tryAndDie().isConfirmed, "it is not sent again")
        for generation in 1...2 {
            try await fixture.journal.replay(told, isForced: true)
            #expect(try await !tryAndDie().isConfirmed, "forced replay \(generation) sends it again")
        }
        try await fixture.journal.replay(told)
        #expect(try await tryAndDie().isConfirmed, "a plain replay knows what the last forced one has done")
        #expect(try await fixture.count("effect") == 3)
        #expect(try await fixture.integers("SELECT redrive FROM decision ORDER BY id") == [0, 1, 2, 2])
    }

    /// What left without an answer may still take effect, and is looked for first, whatever the generation.
    @Test func forcedReplayKnowsWhatWasLostBefore() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.click)).events[0]
        let intent = EffectIntent(kind: .taskCreate, object: .task, target: .new, fields: ["Subject": "Click"])
        let sent = fixture.now
        for generation in 0...2 {
            let event = try await fixture.claimOne()
            let effect = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")[0]
            #expect(effect.lostAt == (generation == 0 ? nil : sent))
            let end = EffectResult(effectID: effect.id, state: generation == 0 ? .unknown : .failed)
            try await fixture.journal.conclude(event.ticket, with: .dead(.lostAnswer, "no answer"), results: [end])
            fixture.time.advance(by: .seconds(30))
            try await fixture.journal.replay(told, isForced: true)
        }
    }

    /// The evidence names each record once, as it was told last.
    @Test func auditNamesARecordOnceAfterAForcedReplay() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(.sample(.unsubscribe)).events[0]
        let intent = EffectIntent(
            kind: .optOutLead,
            object: .lead,
            target: .record(id: "00Q1"),
            fields: ["HasOptedOutOfEmail": true]
        )
        for ending in [EventConclusion.dead(.data, "refused"), .completed(outcome: "applied")] {
            let event = try await fixture.claimOne()
            let effect = try await fixture.journal.beginEffects([intent], of: event, mappingVersion: "1")[0]
            let isLast = ending == .completed(outcome: "applied")
            let result = EffectResult(
                effectID: effect.id,
                state: isLast ? .confirmed : .failed,
                verifiedAt: isLast ? fixture.now : nil
            )
            try await fixture.journal.conclude(event.ticket, with: ending, results: [result])
            if !isLast { try await fixture.journal.replay(told, isForced: true) }
        }
        #expect(try await fixture.count("effect") == 2)
        let records = try await fixture.text(
            "SELECT json_group_array(value ->> 'verified_at') FROM opt_out_audit, json_each(records)"
        )
        #expect(records == "[\(fixture.now.milliseconds)]")
    }

    @Test func consentIsNotRecordedTwice() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.live(.sample(.unsubscribe), .dead(.data, "refused")).events[0]
        try await fixture.journal.replay(told, isForced: true)
        try await fixture.carryOutAll(.dead(.data, "refused"))
        try await fixture.journal.replay(told)
        #expect(try await fixture.count("consent_change") == 1)
    }

    /// Else it would count as one whose contact is gone.
    @Test func followUpWithoutDetailsAsksForThemAgain() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c1")
        )
        try await fixture.journal.storeProfile(ContactDetails(contactID: "c1"), contactID: "c1")
        try await fixture.carryOutAll(.dead(.data, "refused"))
        try await fixture.journal.replay(2)
        #expect(try await fixture.state(of: 2) == "available")
        try await fixture.carryOutAll(.dead(.data, "refused"))
        try await fixture.execute("DELETE FROM profile")
        try await fixture.journal.replay(2)
        let row = try await fixture.row("SELECT state, waits_for FROM event WHERE id = 2")
        #expect(row.cells == [.text("snoozed"), .text("profile")])
        #expect(try await fixture.claim().isEmpty)
    }

    private func dead(_ fixture: JournalFixture) async throws -> Int64 {
        try await fixture.live(.sample(.subscribe), .dead(.data, "refused")).events[0]
    }
}
