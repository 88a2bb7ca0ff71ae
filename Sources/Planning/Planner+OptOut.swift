import Model

extension Planner {
    /// Opts every record of the person out, and creates none.
    ///
    /// First the flags, each alone in its write so that nothing else can get it refused, and also where they are set
    /// already: between reading and writing they may have been cleared. Then, as best it can, what goes with them.
    func optOut(_ input: PlanningInput, records: PersonRecords) -> Plan {
        if input.staysOnLists { return Plan(outcome: .otherLists, recordsOptOut: true) }
        let leads = records.openLeads.map(optOutFlag)
        let contacts = records.contacts.map(optOutFlag)
        // A drift is found long after the person left: its time is not the person's, and the status is whatever somebody has
        // made of the record since.
        let details =
            input.action == .drift
            ? []
            : records.openLeads.map { optOutDetails(.lead, id: $0.id, record: $0, at: input.occurredAt) }
                + records.contacts.map { optOutDetails(.contact, id: $0.id, record: $0.record, at: input.occurredAt) }
        let lost = records.convertedLeads.filter { $0.convertedContactID == nil }.map(\.id)
        return Plan(
            effects: leads + contacts + details.compactMap { $0 },
            outcome: leads.isEmpty && contacts.isEmpty ? .unknownPerson : .applied,
            recordsOptOut: true,
            choice: lost.isEmpty
                ? nil : "Converted, with a Contact that is gone or hidden: \(lost.joined(separator: ", "))."
        )
    }

    /// The flag for every record that does not say yes, of somebody who opted out before it was made; one whose flag can't be
    /// read may say no.
    func missingOptOuts(_ records: PersonRecords) -> [EffectIntent] {
        records.openLeads.filter { $0.hasOptedOut != true }.map(optOutFlag)
            + records.contacts.filter { $0.record.map { $0.hasOptedOut != true } ?? false }.map(optOutFlag)
    }

    private func optOutFlag(_ lead: SalesforceRecord) -> EffectIntent {
        optOutFlag(.optOutLead, .lead, id: lead.id, hasOptedOut: lead.hasOptedOut)
    }

    private func optOutFlag(_ contact: PersonRecords.Contact) -> EffectIntent {
        optOutFlag(.optOutContact, .contact, id: contact.id, hasOptedOut: contact.record?.hasOptedOut)
    }

    private func optOutFlag(
        _ kind: EffectKind,
        _ object: SalesforceObject,
        id: String,
        hasOptedOut: Bool?
    ) -> EffectIntent {
        EffectIntent(
            kind: kind,
            object: object,
            target: .record(id: id),
            fields: ["HasOptedOutOfEmail": true],
            before: hasOptedOut.map { ["HasOptedOutOfEmail": .bool($0)] } ?? [:]
        )
    }

    private func optOutDetails(
        _ object: SalesforceObject,
        id: String,
        record: SalesforceRecord?,
        at time: Timestamp
    ) -> EffectIntent? {
        var fields = FieldSet(object, org)
        if object == .lead { fields.set("Status", policy.unsubscribedStatus) }
        fields.set(policy.fields.lastUnsubscribeDate, time)
        guard !fields.values.isEmpty else { return nil }
        return EffectIntent(
            kind: .optOutDetails,
            object: object,
            target: .record(id: id),
            fields: fields.values,
            before: record?.before(fields.values) ?? [:],
            isBestEffort: true
        )
    }
}
