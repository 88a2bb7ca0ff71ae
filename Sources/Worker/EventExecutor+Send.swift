import Journal
import Logging
import Model
import Planning
import Salesforce
import Time

extension EventExecutor {
    /// Sends what is not confirmed yet: the required effects first, opt-outs read back, then the best-effort ones.
    ///
    /// - Parameters:
    ///   - effects: What to send.
    ///   - event: The event in hand.
    ///   - results: What became of them, appended.
    /// - Returns: What failed of the required effects: after that nothing that is merely best effort is sent; and whether a
    ///   record that was to be opted out is not there any more, so that whatever took its place must be looked for.
    /// - Throws: `JournalError` when what became of an opt-out could not be recorded.
    func send(
        _ effects: [PlannedEffect],
        of event: ClaimedEvent,
        results: inout [EffectResult]
    ) async throws(JournalError) -> (failures: [TryFailure], hasVanished: Bool) {
        let required = effects.filter { !$0.intent.isBestEffort }
        let optOuts = required.filter(\.intent.kind.isOptOut)
        let others = required.filter { !$0.intent.kind.isOptOut }
        var failures: [TryFailure] = []
        var missing: [Int64: TryFailure] = [:]
        // Records are independent of one another, and an opt-out must reach all of them within one round trip.
        for (effect, outcome) in await sendAll(optOuts.filter { !$0.isConfirmed }, of: event) {
            var refusals: [TryFailure] = []
            note(outcome, of: effect, results: &results, failures: &refusals)
            // What Salesforce calls gone may be there all the same: a rule or a flow that fails says so too. The read-back tells.
            if let first = refusals.first, first.error.isMissingRecord {
                missing[effect.id] = first
            } else {
                failures += refusals
            }
        }
        // So are the rest: they go together, and with those of other events that are as far.
        for (effect, outcome) in failures.isEmpty ? await sendAll(others.filter { !$0.isConfirmed }, of: event) : [] {
            note(outcome, of: effect, results: &results, failures: &failures)
        }
        if !optOuts.isEmpty {
            let refused = results.filter { $0.state == .failed && missing[$0.effectID] == nil }.map(\.effectID)
            failures += await verify(optOuts.filter { !refused.contains($0.id) }, missing: missing, results: &results)
            // The evidence is written before anything that is merely nice to have.
            try await journal.recordEffects(results, of: event.ticket)
        }
        let vanished = results.contains { result in
            result.state == .failed
                && (result.errorText == Self.goneText
                    || (missing[result.effectID] != nil && !results.contains(confirmed: result.effectID)))
        }
        guard failures.isEmpty else { return (failures, vanished) }
        for effect in effects where effect.intent.isBestEffort && !effect.isConfirmed {
            var ignored: [TryFailure] = []
            note(await send(effect, of: event), of: effect, results: &results, failures: &ignored)
        }
        return ([], vanished)
    }

    /// Stands in `effect.error_text` where the read-back did not find the record.
    private static let goneText = "The record is gone."

    private func sendAll(
        _ effects: [PlannedEffect],
        of event: ClaimedEvent
    ) async -> [(PlannedEffect, SendOutcome)] {
        await withTaskGroup { group in
            for (index, effect) in effects.enumerated() {
                group.addTask { (index, await send(effect, of: event)) }
            }
            var outcomes: [(Int, SendOutcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map { (effects[$0.0], $0.1) }
        }
    }

    private func send(_ effect: PlannedEffect, of event: ClaimedEvent) async -> SendOutcome {
        guard await hasLease(event) else {
            return SendOutcome(failure: .notSent(reason: "the lease was too short to send anything"), of: effect)
        }
        let trail = WriteTrail()
        do throws(SalesforceError) {
            let isLeased = isLeased(event)
            return SendOutcome(
                result: .success(
                    try await sender.send(effect, trail: trail, isLeased: isLeased) {
                        () async throws(SalesforceError) in
                        do throws(JournalError) {
                            try await journal.noteResending(effect.id, of: event.ticket)
                        } catch {
                            throw .notSent(reason: "the journal did not take the note that it is sent again: \(error)")
                        }
                    }
                )
            )
        } catch {
            return SendOutcome(failure: error, of: effect, sent: trail.sent)
        }
    }

    /// The same question for a batch that leaves a little later, and can't renew.
    private func isLeased(_ event: ClaimedEvent) -> @Sendable () -> Bool {
        let needed = configuration.requestTimeout.wholeMilliseconds
        return { [leases, time] in leases.millisecondsLeft(event.ticket, nowBoot: time.read().boot) >= needed }
    }

    /// Whether enough of the lease is left for a request; one renewal is tried before the answer is no.
    private func hasLease(_ event: ClaimedEvent) async -> Bool {
        let needed = configuration.requestTimeout.wholeMilliseconds
        if leases.millisecondsLeft(event.ticket, nowBoot: time.read().boot) >= needed { return true }
        let renewed = try? await journal.renewLeases([event.ticket], leaseDuration: configuration.leaseDuration)
        guard let renewed else { return false }
        leases.update([event.ticket], renewed: renewed)
        return leases.millisecondsLeft(event.ticket, nowBoot: time.read().boot) >= needed
    }

    private func note(
        _ outcome: SendOutcome,
        of effect: PlannedEffect,
        results: inout [EffectResult],
        failures: inout [TryFailure]
    ) {
        switch outcome.result {
        case .success(let result):
            results.append(result)
            if result.state == .failed {
                let fault = APIFault(code: "DUPLICATE_EXTERNAL_ID", message: result.errorText ?? "", fields: [])
                failures.append(
                    TryFailure(
                        error: .faults(status: result.statusCode ?? 300, [fault], retryAfter: nil),
                        object: effect.intent.object
                    )
                )
            }
        case .failure(let failure):
            results.append(
                EffectResult(
                    effectID: effect.id,
                    state: failure.error.errorClass == .lostAnswer ? .unknown : .failed,
                    requestID: outcome.sent.requestID,
                    fields: outcome.sent.requestID == nil ? nil : outcome.sent.fields,
                    statusCode: failure.error.status,
                    errorText: "\(failure.error)",
                    sentAt: failure.error.isLostAnswer ? now : nil
                )
            )
            failures.append(failure)
        }
    }

    /// Reads every opted-out record back; one that does not show the flag was not written, whatever the answer said.
    ///
    /// - Parameters:
    ///   - effects: The flags.
    ///   - missing: What Salesforce said of the records that it called gone, by effect.
    ///   - results: What became of the effects, appended.
    /// - Returns: What failed.
    private func verify(
        _ effects: [PlannedEffect],
        missing: [Int64: TryFailure],
        results: inout [EffectResult]
    ) async -> [TryFailure] {
        var failures: [TryFailure] = []
        for object in [SalesforceObject.lead, .contact] {
            let targets = effects.filter { $0.intent.object == object }
            let ids = targets.compactMap(\.intent.recordID)
            guard !ids.isEmpty else { continue }
            let flags: [String: RecordResolver.OptOutFlag]
            do throws(SalesforceError) {
                flags = try await resolver.optOutFlags(object, ids: ids)
            } catch {
                failures.append(TryFailure(error: error, object: object))
                continue
            }
            let verifiedAt = now
            for effect in targets {
                guard let id = effect.intent.recordID else { continue }
                switch flags.value(ofRecord: id) {
                case .set?:
                    results.append(
                        EffectResult(effectID: effect.id, state: .confirmed, recordID: id, verifiedAt: verifiedAt)
                    )
                case .converted?:
                    let error = SalesforceError.writtenToConvertedLead
                    results.append(
                        EffectResult(effectID: effect.id, state: .failed, recordID: id, errorText: "\(error)")
                    )
                    failures.append(TryFailure(error: error, object: object))
                case .notSet? where missing[effect.id] != nil:
                    // It is there, and something else was refused under that name.
                    if let failure = missing[effect.id] { failures.append(failure) }
                case .notSet?:
                    // No longer confirmed: the next try sends it again.
                    let text = "Salesforce said yes, but the record does not show it."
                    results.append(EffectResult(effectID: effect.id, state: .failed, recordID: id, errorText: text))
                    failures.append(
                        TryFailure(
                            error: .undecodable(reason: "the opt-out of \(object.rawValue) \(id) did not stay"),
                            object: object
                        )
                    )
                case nil:
                    results.append(
                        EffectResult(
                            effectID: effect.id,
                            state: .failed,
                            recordID: id,
                            errorText: Self.goneText
                        )
                    )
                }
            }
        }
        return failures
    }
}

/// What became of one effect that was to be sent.
private struct SendOutcome: Sendable {
    var result: Result<EffectResult, TryFailure>
    /// What left, where that is not in the result.
    var sent = WriteTrail.Sent()

    init(result: Result<EffectResult, TryFailure>) {
        self.result = result
    }

    init(failure: SalesforceError, of effect: PlannedEffect, sent: WriteTrail.Sent = WriteTrail.Sent()) {
        let isCreation = effect.intent.isCreation
        result = .failure(TryFailure(error: failure, object: effect.intent.object, isCreation: isCreation))
        self.sent = sent
    }
}

extension SalesforceError {
    /// Whether this very write left without an answer.
    fileprivate var isLostAnswer: Bool {
        guard case .lostAnswer = self else { return false }
        return true
    }
}

extension EffectIntent {
    var recordID: String? {
        guard case .record(let id) = target else { return nil }
        return id
    }
}

extension Dictionary where Key == String {
    /// Salesforce ids come with 15 or 18 characters; the first 15 are the id.
    func value(ofRecord id: String) -> Value? {
        self[id] ?? first { $0.key.prefix(15) == id.prefix(15) }?.value
    }
}

extension [EffectResult] {
    fileprivate func contains(confirmed effectID: Int64) -> Bool {
        contains { $0.effectID == effectID && $0.state == .confirmed }
    }
}
