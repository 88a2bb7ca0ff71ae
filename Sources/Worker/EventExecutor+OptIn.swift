import Journal
import Logging
import Model
import Planning
import Salesforce

/// Taking an opt-out back for somebody who came back (`sync.resubscribe` = `clear`), and what has to be noted for it.
extension EventExecutor {
    private var clears: Bool { configuration.policy.resubscribe == .clear }

    /// Whether a subscribe might take an opt-out from one of these records.
    func mayClear(_ records: SalesforceRecords) -> Bool {
        clears && (records.leads + records.contacts).contains { $0.hasOptedOut == true }
    }

    /// The records whose opt-out this event takes back; empty for all but a live subscribe of somebody who came back.
    func clearableRecords(
        for event: ClaimedEvent,
        consent: ConsentRule.Standing,
        knowledge: PersonKnowledge,
        records: SalesforceRecords
    ) async throws -> Set<String> {
        guard clears, event.action == .subscribe, event.redrive == 0, !consent.isOptedOut, let person = event.person,
            let optedOutAt = consent.optOutTimes.max(),
            ConsentRule(configuration.policy).isReturn(ConsentRecord(event), after: optedOutAt)
        else { return [] }
        let flagged = (records.leads + records.contacts).filter { $0.hasOptedOut == true && !$0.isConverted }
        guard !flagged.isEmpty, let user = await userID(),
            try await !journal.reader.hasComplained(person, contactIDs: knowledge.contactIDs)
        else { return [] }
        var clearable: Set<String> = []
        for record in flagged {
            let writes = try await journal.reader.ownWrites(toRecord: record.id)
            let current = RecordVersion(record.fields, ownedBy: user)
            if ClearingRule.mayClear(current: current, writes: writes) {
                clearable.insert(record.id)
            } else {
                logger.notice(
                    "An opt-out stays on a record, since it is not certain that only we set it",
                    metadata: metadata(event, ["object": "\(record.object.rawValue)", "record.id": "\(record.id)"])
                )
            }
        }
        return clearable
    }

    /// Notes with each write how it finds its record, where the record's last change was our own.
    func versioned(_ shared: [SharedIntent], records: SalesforceRecords) async -> [SharedIntent] {
        guard clears, !shared.isEmpty, let user = await userID() else { return shared }
        return shared.map { item in
            var item = item
            guard let record = target(of: item.intent, in: records) else { return item }
            item.intent.before["HasOptedOutOfEmail"] = record.fields["HasOptedOutOfEmail"]
            if RecordVersion(record.fields, ownedBy: user) != nil {
                item.intent.before["LastModifiedDate"] = record.fields["LastModifiedDate"]
            }
            return item
        }
    }

    /// Notes how the writes of this try left their records: only so can a later subscribe show that nobody else changed them.
    ///
    /// A read that fails leaves a gap, which leaves the opt-out in place.
    func noteVersions(of effects: [PlannedEffect], records: SalesforceRecords, results: inout [EffectResult]) async {
        guard clears, let user = await userID() else { return }
        for object in [SalesforceObject.lead, .contact] {
            let targets = effects.compactMap { effect -> (effect: Int64, record: String)? in
                guard effect.intent.object == object, let record = target(of: effect.intent, in: records),
                    record.hasOptedOut == true || effect.intent.kind.isOptOut || effect.intent.kind == .optOutDetails
                else { return nil }
                return (effect.id, record.id)
            }
            let ids = Set(targets.map(\.record)).sorted()
            guard !ids.isEmpty, let versions = try? await resolver.versions(of: object, ids: ids, user: user) else {
                continue
            }
            for (effect, record) in targets {
                guard let version = versions.value(ofRecord: record),
                    let index = results.lastIndex(where: { $0.effectID == effect && $0.state == .confirmed })
                else { continue }
                results[index].recordVersion = version
            }
        }
    }

    private func target(of intent: EffectIntent, in records: SalesforceRecords) -> SalesforceRecord? {
        let candidates = intent.object == .lead ? records.leads : intent.object == .contact ? records.contacts : []
        switch intent.target {
        case .record(let id): return candidates.first { $0.id.prefix(15) == id.prefix(15) }
        case .externalID(let field, let value): return candidates.first { $0.fields[field]?.string == value }
        case .new: return nil
        }
    }

    private func userID() async -> String? { try? await resolver.salesforce.userID() }
}

extension ConsentRecord {
    fileprivate init(_ event: ClaimedEvent) {
        self.init(
            isOptOut: false,
            listID: event.listID,
            occurredAt: event.occurredAt,
            source: event.source,
            origin: event.payload.contact.origin,
            isTimeTold: event.payload.providerTime != nil
        )
    }
}
