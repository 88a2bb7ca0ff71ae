package import Model

/// The campaigns that a person is to be a member of, and as whom.
package struct Enrolment: Hashable, Sendable {
    /// One campaign, and the status that its member should have reached.
    package struct Membership: Hashable, Sendable {
        package var campaignID: String
        package var status: String

        package init(campaignID: String, status: String) {
            self.campaignID = campaignID
            self.status = status
        }
    }

    /// Who joins; a converted Lead can't, so its Contact does.
    package enum Joiner: Hashable, Sendable {
        case lead(id: String)
        case contact(id: String)
        /// The Lead that the plan itself makes.
        case createdLead
    }

    /// One for each campaign.
    package var memberships: [Membership]
    package var joiner: Joiner
    /// Every Lead of the person, converted ones included: any of them may be a member already.
    package var leadIDs: [String]
    /// Every Contact of the person.
    package var contactIDs: [String]

    package init(memberships: [Membership], joiner: Joiner, leadIDs: [String] = [], contactIDs: [String] = []) {
        self.memberships = memberships
        self.joiner = joiner
        self.leadIDs = leadIDs
        self.contactIDs = contactIDs
    }
}

/// How far a member has come: what decides whether a status may be written.
package struct MemberProgress: Hashable, Sendable {
    /// The statuses from the first to the last (`sync.memberStatuses`).
    package var order: [String]

    package init(order: [String]) {
        self.order = order
    }

    /// From invited to attended; Salesforce gives a new campaign Sent and Responded.
    package static let standardOrder = ["Sent", "Invited", "Responded", "Registered", "Attended"]

    /// The place of the status in the order; nil for one that is not in it.
    package func rank(of status: String) -> Int? {
        order.firstIndex { $0.lowercased() == status.lowercased() }
    }

    /// Whether a member with this status may be moved to the other one.
    ///
    /// Never back, and never away from a status that is not in the order: somebody gave it for a reason of their own.
    package func advances(from held: String?, to wanted: String) -> Bool {
        guard let held, !held.isEmpty else { return true }
        guard let heldRank = rank(of: held), let wantedRank = rank(of: wanted) else { return false }
        return wantedRank > heldRank
    }

    /// The one of two statuses that is further on; the first where the order does not tell.
    package func further(_ first: String, _ second: String) -> String {
        advances(from: first, to: second) ? second : first
    }
}

/// What has to be written so that somebody is a member of a campaign.
package enum MemberRule {
    /// The change that is needed; nil where a member has come that far.
    ///
    /// A person can be a member twice, as a Lead and as a Contact. Then the one that is further on counts, and of equal ones
    /// that with the lowest id: nothing is merged, and no third is made.
    ///
    /// - Parameters:
    ///   - membership: What is wanted.
    ///   - joiner: The record that joins where nobody is a member yet: its id and whether it is a Lead or a Contact.
    ///   - held: The person's members of that campaign, as Salesforce holds them.
    ///   - progress: Which status is further on.
    /// - Returns: A member to make or to move on.
    package static func change(
        for membership: Enrolment.Membership,
        joiner: (object: SalesforceObject, id: String),
        held: [SalesforceRecord],
        progress: MemberProgress
    ) -> EffectIntent? {
        let best = held.sorted { $0.id < $1.id }.reduce(nil as SalesforceRecord?) { best, next in
            guard let best else { return next }
            return progress.advances(from: best.memberStatus, to: next.memberStatus ?? "") ? next : best
        }
        guard let best else {
            return EffectIntent(
                kind: .memberUpsert,
                object: .campaignMember,
                target: .externalID(field: "CampaignId", value: membership.campaignID),
                fields: [
                    joiner.object == .contact ? "ContactId" : "LeadId": .string(joiner.id),
                    "Status": .string(membership.status),
                ]
            )
        }
        guard progress.advances(from: best.memberStatus, to: membership.status) else { return nil }
        return EffectIntent(
            kind: .memberUpsert,
            object: .campaignMember,
            target: .record(id: best.id),
            fields: ["Status": .string(membership.status)],
            before: best.fields["Status"].map { ["Status": $0] } ?? [:]
        )
    }
}

extension SalesforceRecord {
    /// A campaign member's status.
    package var memberStatus: String? { fields["Status"]?.string }
}
