import Model

extension Planner {
    /// Carries what the callback itself says to the person's record; only a subscribe makes a new one.
    func subscription(_ input: PlanningInput, records: PersonRecords, choice: TargetRule.Choice) -> Plan {
        let mapping = LeadMapping(input, policy: policy, org: org)
        var effects = input.isOptedOut ? missingOptOuts(records) : optIns(input, records: records)
        var outcome = PlanOutcome.applied
        var choice = choice
        switch choice.target {
        case .ownLead(let lead, let isOnly):
            effects += ownLeadChange(lead, isOnly: isOnly, mapping: mapping, contactID: input.knownContactID)
        case .adoptedLead(let lead):
            // The contact id stays with the converted Lead that has it: no two may.
            let fields = mapping.updated(lead, isOwn: false, mayStamp: choice.canCreate)
            effects += change(lead, to: fields, kind: .leadUpdate)
        case .convertedContact(let contact):
            effects += gaps(of: contact, mapping: mapping)
        case .contact(let contact):
            if policy.existingContact != .ignore { effects += gaps(of: contact, mapping: mapping) }
            if policy.existingContact == .alsoLead, choice.canCreate, input.action == .subscribe {
                if input.isLeadRefused {
                    choice.add("A duplicate rule of the org allows no Lead beside the Contact \(contact.id).")
                } else {
                    effects.append(creation(input, mapping: mapping))
                }
            }
            if policy.existingContact == .ignore, effects.isEmpty {
                outcome = .ignored(reason: "The person is a Contact, which sync.existingContact leaves alone.")
            }
        case .nobody:
            if input.action == .subscribe {
                effects.append(creation(input, mapping: mapping, isKeyed: choice.canCreate))
            } else {
                outcome = .noTarget
            }
        }
        return Plan(
            effects: effects,
            outcome: outcome,
            needsEnrichment: outcome == .applied && lacksMappedValues(input),
            choice: choice.reason
        )
    }

    /// Adds what a fetched profile knows to the person's record, without a word on consent.
    func enrichment(_ input: PlanningInput, choice: TargetRule.Choice) -> Plan {
        let mapping = LeadMapping(input, policy: policy, org: org)
        var effects: [EffectIntent] = []
        var outcome = PlanOutcome.applied
        switch choice.target {
        case .ownLead(let lead, _), .adoptedLead(let lead):
            effects = change(lead, to: mapping.enriched(lead), kind: .leadUpdate)
        case .convertedContact(let contact):
            effects = gaps(of: contact, mapping: mapping)
        case .contact(let contact):
            if policy.existingContact == .ignore {
                outcome = .ignored(reason: "The person is a Contact, which sync.existingContact leaves alone.")
            } else {
                effects = gaps(of: contact, mapping: mapping)
            }
        case .nobody:
            outcome = .noTarget
        }
        return Plan(effects: effects, outcome: outcome, choice: choice.reason)
    }

    /// A new Lead.
    ///
    /// With a contact id it is made by an upsert, which can be repeated. Without one (a Zap that does not map the id) there
    /// is nothing to key it on: then it is an insert, and a lost answer has to be looked for by the address.
    /// Nor where a converted Lead has the id, whose Contact is gone.
    private func creation(_ input: PlanningInput, mapping: LeadMapping, isKeyed: Bool = true) -> EffectIntent {
        let fields = mapping.created(isOptedOut: input.isOptedOut)
        return EffectIntent(
            kind: .leadUpsert,
            object: .lead,
            target: (isKeyed ? input.knownContactID : nil)
                .map { .externalID(field: policy.fields.contactID, value: $0) } ?? .new,
            fields: fields.values,
            isCreation: true,
            shortened: fields.shortened
        )
    }

    /// The guide's upsert, in whole where anything differs; by record id where a second record would make it ambiguous.
    private func ownLeadChange(
        _ lead: SalesforceRecord,
        isOnly: Bool,
        mapping: LeadMapping,
        contactID: String?
    ) -> [EffectIntent] {
        let fields = mapping.updated(lead, isOwn: true)
        guard isOnly, let contactID else { return change(lead, to: fields, kind: .leadUpdate) }
        guard !fields.differing(from: lead).isEmpty else { return [] }
        return [
            EffectIntent(
                kind: .leadUpsert,
                object: .lead,
                target: .externalID(field: policy.fields.contactID, value: contactID),
                fields: fields.values,
                before: lead.before(fields.values),
                shortened: fields.shortened
            )
        ]
    }

    private func gaps(of contact: PersonRecords.Contact, mapping: LeadMapping) -> [EffectIntent] {
        guard let record = contact.record else { return [] }
        return change(record, to: mapping.gaps(of: record), kind: .contactUpdate)
    }

    /// An update by record id of what differs; none where nothing does.
    func change(_ record: SalesforceRecord, to fields: FieldSet, kind: EffectKind) -> [EffectIntent] {
        let differing = fields.differing(from: record)
        guard !differing.isEmpty else { return [] }
        return [
            EffectIntent(
                kind: kind,
                object: record.object,
                target: .record(id: record.id),
                fields: differing,
                before: record.before(differing),
                shortened: fields.shortened(in: differing)
            )
        ]
    }

    /// Whether a fetch could add something that the mapping wants.
    private func lacksMappedValues(_ input: PlanningInput) -> Bool {
        let told = input.payload.contact
        guard input.action == .subscribe, input.knownContactID != nil else { return false }
        let lacksOrigin = told.origin == nil && policy.campaigns.contains { $0.origin != nil }
        return told.customFields == nil || told.tags == nil || told.name == nil || told.createdOn == nil || lacksOrigin
    }
}
