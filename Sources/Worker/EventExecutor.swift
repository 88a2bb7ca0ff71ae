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
            let completed = try await journal.conclude(
                event.ticket,
                with: ending.conclusion,
                results: ending.results,
                followUp: ending.followUp,
                followers: ending.followers
            )
            failPoint.pass(.concluded)
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

    private func attempt(_ event: ClaimedEvent) async -> Ending {
        var results: [EffectResult] = []
        do {
            return try await carryOut(event, results: &results)
        } catch let failure as TryFailure {
            return await Ending(conclusion: conclusion(of: event, after: failure), results: results)
        } catch let error as JournalError {
            let until = now.advanced(by: .seconds(2))
            return Ending(conclusion: .snoozed(until: until, .transient, "\(error)"), results: results)
        } catch {
            return Ending(conclusion: .interrupted, results: results)
        }
    }

    private func carryOut(_ event: ClaimedEvent, results: inout [EffectResult]) async throws -> Ending {
        guard planner.concerns(event.action, reason: event.payload.reason) else {
            return Ending(conclusion: .completed(outcome: "ignored"))
        }
        if let pause = try await pause(holding: event, fields: []) { return Ending(conclusion: pause) }
        let profile = try await profile(of: event)
        if event.action == .enrich, profile == nil {
            return Ending(conclusion: .completed(outcome: "profileGone"))
        }
        let input = try await planningInput(for: event, profile: profile)
        let group = try await plan(event, input: input)
        guard let plan = group.plans.first else { return Ending(conclusion: .interrupted) }
        results += try await settled(of: event, group: group, records: input.records)
        if case .noTarget = plan.outcome, let wait = orphanWait(event) {
            return Ending(conclusion: wait, results: results)
        }
        if let pause = try await pause(holding: event, fields: group.intents.filter { !$0.isBestEffort }) {
            return Ending(conclusion: pause, results: results)
        }
        let effects = try await journal.beginEffects(
            group.shared,
            under: event.ticket,
            mappingVersion: configuration.policy.version,
            onlyNew: !group.followers.isEmpty
        )
        guard let effects else {
            // What an earlier try began under one of the keys must be finished as it was begun: each event by itself.
            return Ending(conclusion: .interrupted, results: results)
        }
        failPoint.pass(.effectsPlanned)
        do {
            try await send(effects, of: event, results: &results)
        } catch let failure as TryFailure where !group.followers.isEmpty && failure.error.errorClass == .data {
            // One of several may have spoilt it for all: this one is tried by itself, which costs it nothing.
            return Ending(conclusion: .interrupted, results: results)
        }
        failPoint.pass(.effectsSent)
        await clearPauses(provenOverBy: event, effects: effects.map(\.intent))
        return Ending(
            conclusion: .completed(outcome: plan.outcome.name),
            results: results,
            followUp: followUp(of: event, plan),
            followers: group.followers.map { follower, plan in
                FollowerEnding(event: follower, outcome: plan.outcome.name, followUp: followUp(of: follower, plan))
            }
        )
    }

    private func followUp(of event: ClaimedEvent, _ plan: Plan) -> EnrichFollowUp? {
        plan.needsEnrichment ? event.contactID.map(EnrichFollowUp.init(contactID:)) : nil
    }

    private func planningInput(for event: ClaimedEvent, profile: ContactDetails?) async throws -> PlanningInput {
        var knowledge = PersonKnowledge()
        if let person = event.person { knowledge = try await journal.reader.knowledge(of: person) }
        var contactIDs = knowledge.contactIDs
        if let contactID = event.contactID, !contactIDs.contains(contactID) { contactIDs.append(contactID) }
        let records: SalesforceRecords
        do throws(SalesforceError) {
            records = try await resolver.records(
                emails: [event.person, event.previousPerson].compactMap { $0?.email },
                contactIDs: contactIDs,
                isOptOut: event.isOptOut
            )
        } catch {
            throw TryFailure(error: error, object: nil)
        }
        return try await planningInput(
            for: event,
            profile: profile,
            records: records,
            isOptedOut: knowledge.isOptedOut
        )
    }

    func planningInput(
        for event: ClaimedEvent,
        profile: ContactDetails?,
        records: SalesforceRecords,
        isOptedOut: Bool
    ) async throws -> PlanningInput {
        PlanningInput(
            action: event.action,
            payload: event.payload,
            source: event.source,
            person: event.person,
            contactID: event.contactID,
            listID: event.listID,
            occurredAt: event.occurredAt,
            receivedAt: event.receivedAt,
            profile: profile,
            records: records,
            isOptedOut: isOptedOut,
            engagementKey: try await engagementKey(of: event)
        )
    }

    func profile(of event: ClaimedEvent) async throws -> ContactDetails? {
        guard event.action == .enrich, let contactID = event.contactID else { return nil }
        return try await journal.reader.profile(contactID: contactID)
    }

    /// Opens and clicks that tell the same within the window are one Task: they share the key of the first.
    private func engagementKey(of event: ClaimedEvent) async throws -> String? {
        guard event.action == .open || event.action == .click, let person = event.person else { return nil }
        let first = try await journal.reader.earlierTelling(
            of: event.ticket.eventID,
            person: person,
            action: event.action,
            message: event.payload.message?.id ?? event.payload.message?.name,
            link: event.payload.link?.id ?? event.payload.link?.url,
            receivedAt: event.receivedAt,
            window: configuration.duplicateWindow
        )
        return "event:\(first ?? event.ticket.eventID)"
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
            case .completed(let outcome): (outcome, .debug)
            case .retry: ("retry", .notice)
            case .snoozed: ("snoozed", .info)
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
        }
    }
}

/// How a try ended, with what goes into the same commit.
struct Ending: Sendable {
    var conclusion: EventConclusion
    var results: [EffectResult] = []
    var followUp: EnrichFollowUp?
    var followers: [FollowerEnding] = []
}

/// A try that Salesforce did not let through.
struct TryFailure: Error {
    var error: SalesforceError
    /// The object whose write failed; nil for a look-up.
    var object: SalesforceObject?
}

extension EventConclusion {
    /// The end in a few words, without anything personal.
    fileprivate var summary: String {
        switch self {
        case .completed(let outcome): "completed: \(outcome)"
        case .retry(_, let errorClass, let text): "retry (\(errorClass.rawValue)): \(text)"
        case .snoozed(_, _, let text): "snoozed: \(text)"
        case .dead(let errorClass, let text): "dead (\(errorClass.rawValue)): \(text)"
        case .interrupted: "interrupted"
        }
    }
}
