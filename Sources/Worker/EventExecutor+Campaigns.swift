import Journal
import Model
import Planning
import Salesforce

/// Puts people into campaigns, once the record that joins is there.
extension EventExecutor {
    /// A membership, and the events that ask for it.
    private struct Wish {
        var membership: Enrolment.Membership
        var askers: [ClaimedEvent]
    }

    /// Carries out what the group's plans say of campaigns.
    ///
    /// It comes last, since a new Lead has no id before it is written, and nothing else waits for it: a fault of a campaign
    /// holds up the event, but not its Lead.
    ///
    /// - Parameters:
    ///   - event: The event in hand.
    ///   - group: The plans.
    ///   - open: What earlier tries began of this without seeing the end.
    ///   - results: What became of it, appended.
    /// - Returns: Why the event must wait; nil when all is done.
    /// - Throws: `TryFailures` for what Salesforce refused, `JournalError`.
    func enrol(
        _ event: ClaimedEvent,
        group: Group,
        open: [OpenEffect],
        results: inout [EffectResult]
    ) async throws -> EventConclusion? {
        let enrolments = group.plans.compactMap(\.enrolment)
        let wishes = wishes(event, group: group)
        guard let enrolment = enrolments.first, let joiner = joiner(of: enrolments, group: group, results: results)
        else {
            results += open.map {
                EffectResult(effectID: $0.id, state: .failed, errorText: "It is not wanted any more.")
            }
            // The Lead was made, but its id is not known: the next try finds it.
            return enrolments.isEmpty ? nil : .interrupted
        }
        if let hold = try await pause(ofMembersOf: wishes.map(\.membership.campaignID)) { return hold }
        let held = try await held(wishes, enrolment, isNew: enrolment.joiner == .createdLead && open.isEmpty, joiner.id)
        await clearPauses(ofMembersOf: wishes.map(\.membership.campaignID))
        let shared = wishes.compactMap { wish -> SharedIntent? in
            let intent = MemberRule.change(
                for: wish.membership,
                joiner: joiner,
                held: held.filter { $0.isMember(ofAny: [wish.membership.campaignID]) },
                progress: planner.progress
            )
            return intent.map {
                SharedIntent(intent: $0, event: wish.askers[0], followers: Array(wish.askers.dropFirst()))
            }
        }
        results += settled(open, repeated: Set(shared.map(\.key)), held: held)
        return try await write(shared, of: event, group: group, results: &results)
    }

    private func write(
        _ shared: [SharedIntent],
        of event: ClaimedEvent,
        group: Group,
        results: inout [EffectResult]
    ) async throws -> EventConclusion? {
        await pauseUnwritable(shared, of: event)
        let passage = try await passage(of: event, shared)
        if let hold = passage.hold { return hold }
        let effects = try await journal.beginEffects(
            passage.open,
            under: event.ticket,
            mappingVersion: configuration.policy.version,
            onlyNew: !group.followers.isEmpty
        )
        guard let effects else { return .interrupted }
        let failures = TryFailures(try await send(effects, of: event, results: &results).failures)
        if !group.followers.isEmpty, failures?.main.error.errorClass == .data { return .interrupted }
        let confirmed = Set(results.filter { $0.state == .confirmed }.map(\.effectID))
        await clearPauses(
            provenOverBy: effects.filter { confirmed.contains($0.id) }.map(\.intent),
            of: event,
            resolution: Resolution(),
            hasFailed: failures != nil
        )
        if let failures { throw failures }
        return nil
    }

    private func wishes(_ event: ClaimedEvent, group: Group) -> [Wish] {
        var wishes: [Wish] = []
        for (asker, plan) in zip(group.events(with: event), group.plans) {
            for membership in plan.enrolment?.memberships ?? [] {
                if let index = wishes.firstIndex(where: { $0.membership.campaignID == membership.campaignID }) {
                    let further = planner.progress.further(wishes[index].membership.status, membership.status)
                    wishes[index].membership.status = further
                    wishes[index].askers.append(asker)
                } else {
                    wishes.append(Wish(membership: membership, askers: [asker]))
                }
            }
        }
        return wishes
    }

    private func joiner(
        of enrolments: [Enrolment],
        group: Group,
        results: [EffectResult]
    ) -> (object: SalesforceObject, id: String)? {
        switch enrolments.first?.joiner {
        case .lead(let id): (.lead, id)
        case .contact(let id): (.contact, id)
        case .createdLead: createdLeadID(results).map { (.lead, $0) }
        case nil: nil
        }
    }

    /// The Lead that this try has made: nothing else of the plan of somebody new has an id.
    private func createdLeadID(_ results: [EffectResult]) -> String? {
        results.last { $0.state == .confirmed && $0.recordID?.hasPrefix(Self.leadPrefix) == true }?.recordID
    }

    /// What every Lead's id begins with, in every org.
    private static let leadPrefix = "00Q"

    /// The person's members of those campaigns, once their statuses are known to be there.
    private func held(
        _ wishes: [Wish],
        _ enrolment: Enrolment,
        isNew: Bool,
        _ joinerID: String
    ) async throws -> [SalesforceRecord] {
        do throws(SalesforceError) {
            for membership in wishes.map(\.membership) {
                let isThere = try await statuses.has(membership.status, campaign: membership.campaignID)
                guard isThere != true else { continue }
                throw .missingMemberStatus(
                    campaign: membership.campaignID,
                    status: isThere == nil ? nil : membership.status
                )
            }
            // Of somebody who has just been made nobody can be one, unless a flow was quicker: then the write says so.
            if isNew { return [] }
            return try await campaigns.members(
                CampaignLookup.Question(
                    campaignIDs: wishes.map(\.membership.campaignID),
                    leadIDs: enrolment.joiner == .createdLead ? [joinerID] : enrolment.leadIDs,
                    contactIDs: enrolment.contactIDs
                )
            )
        } catch {
            throw TryFailures([TryFailure(error: error, object: .campaignMember)]) ?? error
        }
    }

    private func settled(_ open: [OpenEffect], repeated: Set<String>, held: [SalesforceRecord]) -> [EffectResult] {
        open.filter { !repeated.contains($0.idempotencyKey) }.map { open in
            let member = held.first { member in
                member.id == open.recordID || (open.externalKey.map { member.isMember(ofAny: [$0]) } ?? false)
            }
            guard let member, let status = open.fields["Status"]?.string,
                !planner.progress.advances(from: member.memberStatus, to: status)
            else {
                return EffectResult(
                    effectID: open.id,
                    state: .failed,
                    errorText: "The answer was lost, and no member shows it."
                )
            }
            return EffectResult(
                effectID: open.id,
                state: .confirmed,
                recordID: member.id,
                confirmedAt: now,
                verifiedAt: now
            )
        }
    }
}

extension OpenEffect {
    /// Whether it is about a member of a campaign.
    var isMember: Bool { object == SalesforceObject.campaignMember.rawValue }
}
