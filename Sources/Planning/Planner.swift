import Model

/// Turns an event, and what Salesforce holds of its person, into the changes that carry it out.
///
/// It is pure: the same input gives the same plan. Running a plan again after some of it was written gives the rest, or
/// nothing, because what a record holds already is not planned.
package struct Planner: Sendable {
    package let policy: SyncPolicy
    /// What fits into the org's fields, and which of them it lacks.
    package var org: OrgFields

    package init(policy: SyncPolicy, org: OrgFields = OrgFields()) {
        self.policy = policy
        self.org = org
    }

    /// The fields of a Lead that `plan` looks at, beside the id: what a query must select.
    package var leadFields: [String] {
        let custom = policy.fields
        return optOutLeadFields
            + ["Salutation", "FirstName", "LastName", "Company", "Title", "Status", "Rating"]
            + [custom.listID, custom.tags, custom.subscriptionDate, custom.lastEmailOpened].filter { !$0.isEmpty }
    }

    /// The fields of a Contact that `plan` looks at, beside the id.
    package var contactFields: [String] { optOutContactFields + ["FirstName", "LastName", "Title"] }

    /// The least that the plan of an opt-out needs of a Lead, so that no other field's fault can hold it up.
    package var optOutLeadFields: [String] {
        ["Email", "HasOptedOutOfEmail", "IsConverted", "ConvertedContactId", policy.fields.contactID] + versionFields
    }

    /// The least that the plan of an opt-out needs of a Contact.
    package var optOutContactFields: [String] { ["Email", "HasOptedOutOfEmail"] + versionFields }

    /// The plan for one event.
    package func plan(_ input: PlanningInput) -> Plan {
        let records = PersonRecords(input, fields: policy.fields)
        if Classification.isOptOut(input.action, reason: input.payload.reason, policy: policy) {
            return optOut(input, records: records)
        }
        let choice = TargetRule.choose(contactID: input.knownContactID, records: records, fields: policy.fields)
        var plan = changes(input, records: records, choice: choice)
        plan.enrolment = enrolment(input, plan: plan, records: records, choice: choice)
        return plan
    }

    private func changes(_ input: PlanningInput, records: PersonRecords, choice: TargetRule.Choice) -> Plan {
        switch input.action {
        case .subscribe, .emailChanged, .customFieldChanged:
            return subscription(input, records: records, choice: choice)
        case .enrich:
            return enrichment(input, choice: choice)
        case .tagApplied:
            return tagging(input, choice: choice)
        case .open, .click:
            return engagement(input, choice: choice)
        case .removed:
            let reason = input.payload.reason.map { "for the reason “\($0)”" } ?? "without a reason"
            return Plan(outcome: .ignored(reason: "A removal \(reason) is no opt-out."))
        case .drift:
            return Plan(outcome: .ignored(reason: "The setting optOut.drift leaves the record as it is."))
        default:
            return Plan(outcome: .ignored(reason: "The action “\(input.action)” means nothing to Salesforce."))
        }
    }
}
