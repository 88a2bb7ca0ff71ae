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
        batches = WriteBatches(
            salesforce: salesforce,
            limit: configuration.batchSize,
            linger: configuration.batchLinger,
            time: time
        )
    }

    /// Sends the effect; a field that the org lacks and that LeadRelay can do without is left out.
    ///
    /// - Parameters:
    ///   - effect: What to send.
    ///   - isLeased: Whether the event is still ours for as long as a request may take.
    ///   - beforeResending: Called before a write is sent once more that was looked for long enough.
    /// - Returns: What to record of it: always a yes of Salesforce.
    /// - Throws: `SalesforceError`, as the client found it; `.unsettled` while a lost write is still looked for.
    func send(
        _ effect: PlannedEffect,
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
            isLeased: isLeased
        )
        let necessity = FieldNecessity(names: policy.fields)
        while true {
            let nowBoot = time.read().boot
            intent.fields = shape.stripped(intent.fields, of: intent.object, nowBoot: nowBoot)
            do {
                return result(
                    of: effect,
                    try await write(intent, with: rows) { () async throws(SalesforceError) in
                        try await self.requireSettled(effect, beforeResending)
                    }
                )
            } catch {
                guard let name = error.missingField, necessity.isOptional(name, of: intent.object),
                    intent.fields[name] != nil
                else { throw error }
                logger.notice(
                    "The org lacks an optional field; leaving it out",
                    metadata: ["object": "\(intent.object.rawValue)", "field": "\(name)"]
                )
                shape.remember(missing: name, of: intent.object, nowBoot: nowBoot)
            }
        }
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
        // An opt-out must not be stopped by a duplicate alert.
        let options = WriteOptions(allowsDuplicates: intent.kind.isOptOut)
        switch intent.target {
        case .record(let id):
            guard !intent.fields.isEmpty else { return WriteResult(outcome: .updated(id: id), status: 200) }
            return try await rows.update(intent.object, id: id, fields: intent.fields, options: options)
        case .externalID(let field, let value) where intent.object == .task:
            return try await TaskWriter(salesforce: salesforce, rows: rows, shape: shape, time: time)
                .write(intent.fields, keyField: field, key: value, options: options, beforeCreating: beforeCreating)
        case .externalID(_, let campaignID) where intent.object == .campaignMember:
            // A member is unique in its campaign: a create whose answer was lost is refused, and no second one made.
            return try await MemberWriter(campaigns: campaigns, rows: rows, progress: Planner(policy: policy).progress)
                .write(intent.fields, campaignID: campaignID, options: options)
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
