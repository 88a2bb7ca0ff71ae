import Model

extension Planner {
    /// Takes the flag from the records whose opt-out was ours, of a person who came back; each alone in its write.
    func optIns(_ input: PlanningInput, records: PersonRecords) -> [EffectIntent] {
        func isOurs(_ record: SalesforceRecord) -> Bool {
            record.hasOptedOut == true && input.clearable.contains(record.id)
        }
        return records.openLeads.filter(isOurs).map { optIn(.optInLead, $0) }
            + records.contacts.compactMap(\.record).filter(isOurs).map { optIn(.optInContact, $0) }
    }

    private func optIn(_ kind: EffectKind, _ record: SalesforceRecord) -> EffectIntent {
        EffectIntent(
            kind: kind,
            object: record.object,
            target: .record(id: record.id),
            fields: ["HasOptedOutOfEmail": false],
            before: ["HasOptedOutOfEmail": true]
        )
    }

    /// What tells who changed a record last: asked for only where an opt-out may be taken back.
    var versionFields: [String] { policy.resubscribe == .clear ? RecordVersion.fields : [] }
}
