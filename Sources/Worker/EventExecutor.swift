import Foundation
import Journal
import Logging
import Metrics
import Model
import Planning
import Salesforce
import Time

/// One try of one event, from the look-up to the record: look, plan, write down, send, read back, conclude.
struct EventExecutor: Sendable {
    let journal: EventJournal
    let configuration: WorkerConfiguration
    let planner: Planner
    let resolver: RecordResolver
    let sender: EffectSender
    let shape: OrgShape
    let campaigns: CampaignLookup
    let statuses: CampaignStatuses
    let leases: LeaseBook
    let failPoint: FailPoint
    let time: any TimeSource
    let logger: Logger
    /// A number in 0..<1, for the jitter.
    let random: @Sendable () -> Double

    /// Tries the event and records how it ended.
    ///
    /// What the journal refuses to record is left to the lease: it runs out and the event is tried again, looking first.
    func run(_ event: ClaimedEvent) async {
        let ending = await attempt(event)
        do {
            let completed = try await record(ending, of: event)
            await failPoint.reach(.concluded)
            for follower in ending.followers.prefix(completed) {
                report(follower.event, .completed(outcome: follower.outcome))
            }
        } catch {
            logger.error(
                "An event's end could not be recorded; its lease will run out and it is tried again",
                metadata: metadata(event, ["error": "\(error)"])
            )
        }
        report(event, ending.conclusion)
    }

    /// Records the end, again and again while the journal does not take it and the lease lasts: without it the event would be
    /// charged with a try that was lost.
    private func record(_ ending: Ending, of event: ClaimedEvent) async throws(JournalError) -> Int {
        while true {
            do throws(JournalError) {
                return try await journal.conclude(
                    event.ticket,
                    with: ending.conclusion,
                    results: ending.results,
                    followUp: ending.followUp,
                    choice: ending.choice,
                    followers: ending.followers
                )
            } catch {
                let isLeased = leases.millisecondsLeft(event.ticket, nowBoot: time.read().boot) > 0
                guard error.mayPass, isLeased, (try? await time.sleep(for: .milliseconds(200))) != nil else {
                    throw error
                }
            }
        }
    }

    private func attempt(_ event: ClaimedEvent) async -> Ending {
        var results: [EffectResult] = []
        do {
            do {
                return try await carryOut(event, adopting: nil, results: &results)
            } catch let failures as TryFailures where mayTeach(failures, of: event) {
                return try await lookAgain(event, after: failures, results: &results)
            } catch is RecordVanished {
                // Deleted or merged since the look-up: what took its place is found by another look, once.
                try await journal.recordEffects(results, of: event.ticket)
                results = []
                return try await carryOut(event, adopting: SalesforceRecords(), results: &results)
            }
        } catch let failures as TryFailures {
            return await Ending(conclusion: conclusion(of: event, after: failures), results: results)
        } catch let error as JournalError {
            let until = now.advanced(by: .seconds(2))
            return Ending(conclusion: .snoozed(until: until, .transient, "\(error)"), results: results)
        } catch {
            return Ending(conclusion: .interrupted, results: results)
        }
    }

    /// Plans once more, and only once, with what a refusal told.
    private func lookAgain(
        _ event: ClaimedEvent,
        after failures: TryFailures,
        results: inout [EffectResult]
    ) async throws -> Ending {
        var records: SalesforceRecords?
        switch await lesson(of: failures, for: event) {
        case .none(let failures): throw failures
        case .records(let named): records = named
        case .look: break
        }
        // What was refused has its end before the next plan looks for what has none.
        try await journal.recordEffects(results, of: event.ticket)
        results = []
        return try await carryOut(event, adopting: records ?? SalesforceRecords(), results: &results)
    }

    /// - Parameters:
    ///   - event: The event in hand.
    ///   - adopted: Records that a refusal told of, to be added to those that are found; nil at the first look.
    ///   - results: What became of the effects, appended.
    /// - Returns: How the try ended.
    /// - Throws: `TryFailures` for what Salesforce refused, `JournalError`.
    private func carryOut(
        _ event: ClaimedEvent,
        adopting adopted: SalesforceRecords?,
        results: inout [EffectResult]
    ) async throws -> Ending {
        guard planner.concerns(event.action, reason: event.payload.reason) else {
            let note = event.action == .drift ? "The setting optOut.drift leaves the record as it is." : nil
            return Ending(conclusion: .completed(outcome: "ignored", note: note))
        }
        // A removal that was found afterwards, of somebody who had come back by then.
        if event.source == .reconcile, event.action == .removed, !event.isOptOut {
            return Ending(conclusion: .completed(outcome: "ignored"))
        }
        if let pause = try await pause(holding: event) { return Ending(conclusion: pause) }
        if let wait = try await unsettledTelling(of: event) { return Ending(conclusion: wait) }
        let profile = try await profile(of: event)
        if event.action == .enrich, profile == nil {
            return Ending(conclusion: .completed(outcome: "profileGone"))
        }
        let knowledge = try await knowledge(of: event)
        if event.action == .drift, !self.consent(after: event, knowledge).isOptedOut {
            return Ending(conclusion: .completed(outcome: "ignored", note: "The person has come back meanwhile."))
        }
        async let learning: Void = learnShape(for: event)
        var resolution = await resolver.records(
            emails: [event.person, event.previousPerson].compactMap { $0?.email },
            contactIDs: knowledge.contactIDs,
            isOptOut: event.isOptOut
        )
        if event.action == .drift { await addFound(event.payload.recordID, to: &resolution) }
        await pauseHiddenFields(of: resolution)
        // An opt-out reaches the records of one object while those of the other can't be looked at.
        if !event.isOptOut, let failures = TryFailures(resolution.failures) { throw failures }
        if let adopted { resolution.add(adopted) }
        let consent = consent(after: event, knowledge)
        var input = try await planningInput(
            for: event,
            profile: profile,
            records: resolution.records,
            consent: consent
        )
        input.isLeadRefused = adopted.map { $0.leads.isEmpty && !$0.contacts.isEmpty } ?? false
        input.clearable = try await clearableRecords(
            for: event,
            consent: consent,
            knowledge: knowledge,
            records: resolution.records
        )
        await learning
        var group = try await plan(event, input: input, consent: consent)
        group.shared = await versioned(group.shared, records: resolution.records)
        guard let plan = group.plans.first else { return Ending(conclusion: .interrupted) }
        let open = try await journal.openEffects(of: group.eventIDs(with: event))
        results += settled(open, group: group, resolution: resolution)
        if case .noTarget = plan.outcome, let wait = orphanWait(event) {
            return Ending(conclusion: wait, results: results)
        }
        await pauseUnwritable(group.shared, of: event)
        let passage = try await passage(of: event, group.shared)
        if let hold = passage.hold, passage.open.isEmpty, resolution.failures.isEmpty {
            return Ending(conclusion: hold, results: results)
        }
        // What merely goes with an opt-out waits for a try that reaches everything, unless somebody must mend something first.
        let isWhole = resolution.failures.allSatisfy { $0.error.errorClass == .configuration }
        let effects = try await journal.beginEffects(
            isWhole ? passage.open : passage.open.filter { !$0.intent.isBestEffort },
            under: event.ticket,
            mappingVersion: configuration.policy.version,
            onlyNew: !group.followers.isEmpty
        )
        guard let effects else {
            // What an earlier try began under one of the keys must be finished as it was begun: each event by itself.
            return Ending(conclusion: .interrupted, results: results)
        }
        await failPoint.reach(.effectsPlanned)
        reportShortened(effects)
        let sent = try await send(effects, of: event, results: &results)
        if adopted == nil, sent.hasVanished { throw RecordVanished() }
        let failures = TryFailures(resolution.failures + sent.failures)
        if adopted == nil, let failures, mayTeach(failures, of: event) { throw failures }
        if !group.followers.isEmpty, failures?.main.error.errorClass == .data {
            // One of several may have spoilt it for all: this one is tried by itself, which costs it nothing.
            return Ending(conclusion: .interrupted, results: results)
        }
        let confirmed = Set(results.filter { $0.state == .confirmed }.map(\.effectID))
        await clearPauses(
            provenOverBy: effects.filter { confirmed.contains($0.id) }.map(\.intent),
            of: event,
            resolution: resolution,
            hasFailed: failures != nil
        )
        await noteVersions(of: effects, records: resolution.records, results: &results)
        if let failures { throw failures }
        await failPoint.reach(.effectsSent)
        if let hold = passage.hold { return Ending(conclusion: hold, results: results) }
        if let wait = try await enrol(event, group: group, open: open.filter(\.isMember), results: &results) {
            return Ending(conclusion: wait, results: results)
        }
        return Ending(
            conclusion: .completed(outcome: plan.outcome.name, note: plan.note),
            results: results,
            followUp: followUp(of: event, plan),
            choice: plan.choice,
            followers: group.followers.map { follower, plan in
                FollowerEnding(
                    event: follower,
                    outcome: plan.outcome.name,
                    note: plan.note,
                    followUp: followUp(of: follower, plan),
                    choice: plan.choice
                )
            }
        )
    }

    private func followUp(of event: ClaimedEvent, _ plan: Plan) -> EnrichFollowUp? {
        plan.needsEnrichment ? event.contactID.map(EnrichFollowUp.init(contactID:)) : nil
    }

    /// A tag, open or click of somebody without a record waits a while: the subscribe may be on its way.
    private func orphanWait(_ event: ClaimedEvent) -> EventConclusion? {
        guard [.tagApplied, .open, .click].contains(event.action) else { return nil }
        let end = event.receivedAt.advanced(by: configuration.orphanWait)
        guard now < end else { return nil }
        // After the clock went back, its time says nothing: then as many looks are enough as fit into the wait.
        let looks = configuration.orphanWait.components.seconds / 60 + 1
        guard now >= event.receivedAt || event.ticket.claim <= looks else { return nil }
        let until = min(end, now.advanced(by: .seconds(60)))
        return .snoozed(until: until, nil, "Nobody in Salesforce is this person yet.")
    }

    var now: Timestamp { Timestamp(milliseconds: time.read().wall) }

    private func report(_ event: ClaimedEvent, _ conclusion: EventConclusion) {
        let (outcome, level): (String, Logger.Level) =
            switch conclusion {
            case .completed(let outcome, _): (outcome, .debug)
            case .retry: ("retry", .notice)
            case .snoozed, .held: ("snoozed", .info)
            case .dead: ("dead", .error)
            case .interrupted: ("interrupted", .info)
            }
        Counter(
            label: "leadrelay_events_total",
            dimensions: [("lane", event.lane.name), ("outcome", outcome)]
        ).increment()
        if case .completed = conclusion, event.isOptOut {
            let seconds = now.since(event.receivedAt)
            Timer(label: "leadrelay_opt_out_seconds").recordMilliseconds(seconds.wholeMilliseconds)
        }
        logger.log(level: level, "Tried an event", metadata: metadata(event, ["outcome": "\(conclusion.summary)"]))
    }

    func metadata(_ event: ClaimedEvent, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "event.id": "\(event.ticket.eventID)", "event.action": "\(event.action)",
            "event.attempt": "\(event.attempt)",
        ]
        metadata.merge(more) { _, new in new }
        return metadata
    }
}

extension PlanOutcome {
    /// The value of `event.outcome`.
    fileprivate var name: String {
        switch self {
        case .applied: "applied"
        case .ignored: "ignored"
        case .noTarget: "noTarget"
        case .unknownPerson: "unknownPerson"
        case .otherLists: "otherLists"
        }
    }
}

/// How a try ended, with what goes into the same commit.
struct Ending: Sendable {
    var conclusion: EventConclusion
    var results: [EffectResult] = []
    var followUp: EnrichFollowUp?
    /// Which of several records was taken, and why.
    var choice: String?
    var followers: [FollowerEnding] = []
}

extension EventConclusion {
    /// The end in a few words, without anything personal.
    fileprivate var summary: String {
        switch self {
        case .completed(let outcome, _): "completed: \(outcome)"
        case .retry(_, let errorClass, let text): "retry (\(errorClass.rawValue)): \(text)"
        case .snoozed(_, _, let text), .held(_, _, _, let text): "snoozed: \(text)"
        case .dead(let errorClass, let text): "dead (\(errorClass.rawValue)): \(text)"
        case .interrupted: "interrupted"
        }
    }
}
