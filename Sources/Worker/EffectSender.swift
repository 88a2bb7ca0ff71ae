import Journal
import Logging
import Model
import Planning
import Salesforce
import Time

/// Carries one effect out in Salesforce.
struct EffectSender: Sendable {
    let salesforce: SalesforceClient
    let policy: SyncPolicy
    let shape: OrgShape
    let campaigns: CampaignLookup
    let time: any TimeSource
    let logger: Logger
    /// How long a write whose answer was lost, and of which only looking can tell, is looked for before it is sent again.
    let lostAnswerWait: Duration
    /// What new Leads have to do with the org's assignment rules.
    let assignOnCreate: WriteOptions.AutoAssign
    private let batches: WriteBatches

    init(
        salesforce: SalesforceClient,
        configuration: WorkerConfiguration,
        shape: OrgShape,
        campaigns: CampaignLookup,
        time: any TimeSource,
        logger: Logger
    ) {
        self.salesforce = salesforce
        self.policy = configuration.policy
        self.shape = shape
        self.campaigns = campaigns
        self.time = time
        self.logger = logger
        lostAnswerWait = configuration.lostAnswerWait
        assignOnCreate = configuration.assignOnCreate
        batches = WriteBatches(
            salesforce: salesforce,
            limit: configuration.batchSize,
            linger: configuration.batchLinger,
            time: time
        )
    }

    /// Sends the effect; a field that the org lacks and that LeadRelay can do without is left out, and so is an address that
    /// the org's lists of states and countries refuse.
    ///
    /// - Parameters:
    ///   - effect: What to send.
    ///   - trail: Told what leaves.
    ///   - isLeased: Whether the event is still ours for as long as a request may take.
    ///   - beforeResending: Called before a write is sent once more that was looked for long enough.
    /// - Returns: What to record of it: always a yes of Salesforce.
    /// - Throws: `SalesforceError`, as the client found it; `.unsettled` while a lost write is still looked for.
    func send(
        _ effect: PlannedEffect,
        trail: WriteTrail,
        isLeased: @escaping @Sendable () -> Bool,
        beforeResending: () async throws(SalesforceError) -> Void
    ) async throws(SalesforceError) -> EffectResult {
        var intent = effect.intent
        let rows = RowSender(
            salesforce: salesforce,
            batches: batches,
            isUrgent: intent.kind.isOptOut,
            // An opt-out's flag is read back, and with it whether its Lead is converted.
            isChecked: intent.kind == .leadUpsert || intent.kind == .leadUpdate,
            isLeased: isLeased,
            trail: trail
        )
        while true {
            intent.fields = shape.stripped(intent.fields, of: intent.object, nowBoot: time.read().boot)
            trail.begin(intent.fields)
            do {
                let written = try await write(intent, with: rows) { () async throws(SalesforceError) in
                    try await self.requireSettled(effect, beforeResending)
                }
                return result(of: effect, trail: trail.sent, written)
            } catch {
                if isShorter(without: error, &intent) { continue }
                if let rest = AddressRule.withoutAddress(intent.fields), error.refusesAddress {
                    leaveAddressOut(of: &intent, keeping: rest, error, trail)
                    continue
                }
                throw error
            }
        }
    }

    /// Whether the refusal is about an optional field that the org lacks, which is now left out.
    private func isShorter(without error: SalesforceError, _ intent: inout EffectIntent) -> Bool {
        guard let name = error.missingField, intent.fields[name] != nil,
            FieldNecessity(names: policy.fields).isOptional(name, of: intent.object)
        else { return false }
        logger.notice(
            "The org lacks an optional field; leaving it out",
            metadata: ["object": "\(intent.object.rawValue)", "field": "\(name)"]
        )
        shape.remember(missing: name, of: intent.object, nowBoot: time.read().boot)
        return true
    }

    /// The person is worth more than the address: what is left of the write passes without it.
    private func leaveAddressOut(
        of intent: inout EffectIntent,
        keeping rest: [String: FieldValue],
        _ error: SalesforceError,
        _ trail: WriteTrail
    ) {
        let names = intent.fields.keys.filter { rest[$0] == nil }.sorted().joined(separator: ", ")
        logger.notice(
            "The org's list of states or countries refuses an address; leaving it out",
            metadata: ["object": "\(intent.object.rawValue)", "fields": "\(names)"]
        )
        trail.note(remark: "Sent without \(names). \(error)")
        intent.fields = rest
    }

    /// What was sent without an answer may still take effect for a while, and a second one could not be taken back.
    private func requireSettled(
        _ effect: PlannedEffect,
        _ beforeResending: () async throws(SalesforceError) -> Void
    ) async throws(SalesforceError) {
        guard let lostAt = effect.lostAt else { return }
        let left = lostAt.advanced(by: lostAnswerWait).since(Timestamp(milliseconds: time.read().wall))
        guard left <= .zero else { throw .unsettled(retryAfter: left) }
        try await beforeResending()
    }

    /// - Parameters:
    ///   - intent: What to write.
    ///   - rows: What sends it.
    ///   - beforeCreating: Called before a record is made that nothing but looking could find again.
    /// - Returns: Salesforce's yes.
    /// - Throws: `SalesforceError`, as the client found it.
    private func write(
        _ intent: EffectIntent,
        with rows: RowSender,
        beforeCreating: () async throws(SalesforceError) -> Void
    ) async throws(SalesforceError) -> WriteResult {
        let options = options(for: intent)
        switch intent.target {
        case .record(let id):
            guard !intent.fields.isEmpty else { return WriteResult(outcome: .updated(id: id), status: 200) }
            return try await rows.update(intent.object, id: id, fields: intent.fields, options: options)
        case .externalID(let field, let value) where intent.object == .task:
            return try await TaskWriter(
                salesforce: salesforce,
                rows: rows,
                shape: shape,
                tasks: policy.tasks,
                time: time
            )
            .write(intent.fields, keyField: field, key: value, options: options, beforeCreating: beforeCreating)
        case .externalID(_, let campaignID) where intent.object == .campaignMember:
            // A member is unique in its campaign: a create whose answer was lost is refused, and no second one made.
            return try await MemberWriter(campaigns: campaigns, rows: rows, progress: Planner(policy: policy).progress)
                .write(intent.fields, campaignID: campaignID, options: options)
        case .externalID(let field, let value) where options.autoAssign != .never:
            // An upsert may turn out to be an update, which would hand somebody's Lead to another owner: a plain create can't.
            // Where the key has been taken meanwhile it is refused, and the next look finds the Lead.
            if shape.description(of: .lead)?.field(field)?.isUnique != true { try await beforeCreating() }
            return try await rows.create(
                intent.object,
                fields: intent.fields.merging([field: .string(value)]) { $1 },
                options: options
            )
        case .externalID(let field, let value):
            return try await rows.upsert(
                intent.object,
                externalID: field,
                value: value,
                fields: intent.fields,
                options: options
            )
        case .new:
            // This try's look-up has not found it.
            try await beforeCreating()
            return try await rows.create(intent.object, fields: intent.fields, options: options)
        }
    }

    /// What the org's own rules may do with the write.
    ///
    /// The owner of a record that exists never changes. A duplicate alert is there to keep a second record from being made, by
    /// a create or by a change of the address: it stops no opt-out and nothing else that is told of a record that exists.
    private func options(for intent: EffectIntent) -> WriteOptions {
        let isPerson = [.lead, .contact].contains(intent.object)
        return WriteOptions(
            autoAssign: intent.isCreation && intent.object == .lead ? assignOnCreate : .never,
            allowsDuplicates: isPerson && !intent.isCreation && !intent.changesAddress
        )
    }

    private func result(of effect: PlannedEffect, trail: WriteTrail.Sent, _ written: WriteResult) -> EffectResult {
        var result = result(of: effect, written)
        result.requestID = trail.requestID
        result.fields = trail.fields
        if trail.requestID == nil { result.statusCode = nil }
        if result.state == .confirmed { result.errorText = trail.remark }
        return result
    }

    private func result(of effect: PlannedEffect, _ written: WriteResult) -> EffectResult {
        let now = Timestamp(milliseconds: time.read().wall)
        switch written.outcome {
        case .created(let id):
            return EffectResult(
                effectID: effect.id,
                state: .confirmed,
                statusCode: written.status,
                recordID: id,
                created: true,
                confirmedAt: now
            )
        case .updated(let id):
            return EffectResult(
                effectID: effect.id,
                state: .confirmed,
                statusCode: written.status,
                recordID: id,
                created: false,
                confirmedAt: now
            )
        case .multipleMatches(let ids):
            return EffectResult(
                effectID: effect.id,
                state: .failed,
                statusCode: written.status,
                errorText:
                    "Several records have this external id: \(ids.joined(separator: ", ")). Merge them, then replay."
            )
        }
    }
}

extension EffectIntent {
    /// Whether it gives a record that exists another e-mail address.
    fileprivate var changesAddress: Bool {
        guard let email = fields["Email"] else { return false }
        return email.string?.lowercased() != before["Email"]?.string?.lowercased()
    }
}
