import Journal
import Model
import Planning
import Time

extension EventExecutor {
    /// One event and those of its person that are carried out together with it.
    struct Group {
        /// One for the event, then one for each follower.
        var plans: [Plan]
        var shared: [SharedIntent]
        var followers: [(event: ClaimedEvent, plan: Plan)]

        var intents: [EffectIntent] { shared.map(\.intent) }

        /// All events that are carried out, the one in hand first.
        func events(with first: ClaimedEvent) -> [ClaimedEvent] { [first] + followers.map(\.event) }

        func eventIDs(with first: ClaimedEvent) -> [Int64] { events(with: first).map(\.ticket.eventID) }
    }

    /// How many events are carried out together at most: an answer should not wait for a crowd.
    private static let followerLimit = 25

    /// Plans the event, together with as many as can share its writes.
    ///
    /// Only a first try takes others along: a later one has something to settle that was begun for this event alone.
    func plan(_ event: ClaimedEvent, input: PlanningInput, consent: ConsentRule.Standing) async throws -> Group {
        var members = [event]
        var inputs = [input]
        if !event.isOptOut, event.ticket.claim == 1, event.previousPerson == nil {
            for follower in try await journal.reader.followers(of: event, limit: Self.followerLimit) {
                guard let next = try await followerInput(follower, like: input, consent: consent) else { break }
                members.append(follower)
                inputs.append(next)
            }
        }
        var planner = planner
        planner.org = shape.fields(nowBoot: time.read().boot)
        let plan = planner.plan(group: inputs)
        return Group(
            plans: plan.plans,
            shared: plan.effects.map { effect in
                SharedIntent(
                    intent: effect.intent,
                    event: members[effect.members[0]],
                    followers: effect.members.dropFirst().map { members[$0] }
                )
            },
            followers: zip(members, plan.plans).dropFirst().map { ($0, $1) }
        )
    }

    /// What a follower's plan follows from; nil where it must be left to its own try.
    private func followerInput(
        _ follower: ClaimedEvent,
        like first: PlanningInput,
        consent: ConsentRule.Standing
    ) async throws -> PlanningInput? {
        // Whether it takes an opt-out back is looked at for itself.
        if follower.action == .subscribe, mayClear(first.records) { return nil }
        let profile = try await profile(of: follower)
        guard follower.action != .enrich || profile != nil else { return nil }
        return try await planningInput(
            for: follower,
            profile: profile,
            records: first.records,
            consent: consent
        )
    }
}
