import Model

extension Planner {
    /// The campaigns that the event puts its person into; nil where it puts them into none, or nobody is there to join.
    func enrolment(_ input: PlanningInput, plan: Plan, records: PersonRecords, choice: TargetRule.Choice) -> Enrolment?
    {
        var memberships: [Enrolment.Membership] = []
        for rule in policy.campaigns where rule.applies(to: input) {
            if let index = memberships.firstIndex(where: { $0.campaignID.isSameRecord(as: rule.campaign) }) {
                memberships[index].status = progress.further(memberships[index].status, rule.status)
            } else {
                memberships.append(Enrolment.Membership(campaignID: rule.campaign, status: rule.status))
            }
        }
        guard !memberships.isEmpty, let joiner = joiner(plan: plan, choice: choice) else { return nil }
        return Enrolment(
            memberships: memberships,
            joiner: joiner,
            leadIDs: (records.openLeads + records.convertedLeads).map(\.id).filter {
                $0 != SalesforceRecords.pendingID
            },
            contactIDs: records.contacts.map(\.id)
        )
    }

    /// Which member status is further on.
    package var progress: MemberProgress { MemberProgress(order: policy.memberStatuses) }

    private func joiner(plan: Plan, choice: TargetRule.Choice) -> Enrolment.Joiner? {
        if let lead = choice.lead {
            return lead.id == SalesforceRecords.pendingID ? .createdLead : .lead(id: lead.id)
        }
        if let contact = choice.contact {
            if case .contact = choice.target, policy.existingContact == .ignore { return nil }
            return .contact(id: contact.id)
        }
        return plan.effects.contains { $0.kind == .leadUpsert } ? .createdLead : nil
    }
}
