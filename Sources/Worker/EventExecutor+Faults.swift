import Journal
import Logging
import Metrics
import Model
import Planning
import Salesforce
import Time

extension EventExecutor {
    /// What a failed try means for the event, and what it holds up beyond it.
    func conclusion(of event: ClaimedEvent, after failures: TryFailures) async -> EventConclusion {
        if Task.isCancelled { return .interrupted }
        for failure in failures.all where failure.error.errorClass == .configuration { await pause(for: failure) }
        let error = failures.main.error
        if case .unsettled(let wait) = error {
            let until = now.advanced(by: min(wait, .seconds(30)))
            return .snoozed(until: until, .lostAnswer, "\(error)")
        }
        // The Lead was converted between the look-up and the write: the next look finds its Contact.
        // A value that somebody else has is a race once; when another look and another try did not help, it is a conflict.
        let isConflict = error.isDuplicateValue && event.attempt > 1
        let errorClass: ErrorClass = error.isConvertedLead ? .transient : isConflict ? .data : error.errorClass
        let decision = configuration.retry.decide(
            errorClass,
            attempt: event.attempt,
            isOptOut: event.isOptOut,
            retryAfter: error.retryAfter,
            random: random()
        )
        switch decision {
        case .giveUp:
            let isAmongOthers = failures.main.isCreation && error.isDuplicatesDetected
            return .dead(
                errorClass,
                isAmongOthers ? "\(error) None of them has this person's address, so none was taken." : "\(error)"
            )
        case .retry(let delay):
            return .retry(at: now.advanced(by: delay), errorClass, "\(error)")
        case .snooze(let delay):
            let until = now.advanced(by: delay)
            switch errorClass {
            case .configuration:
                return .held(by: failures.main.pauseSubject, until: until, errorClass, "\(error)")
            case .quota:
                await pause(.salesforce, until: until, errorClass: .quota, reason: "\(error)")
                // The allowance that is left belongs to the opt-outs, which try it themselves.
                return event.isOptOut
                    ? .snoozed(until: until, errorClass, "\(error)")
                    : .held(by: .salesforce, until: until, errorClass, "\(error)")
            default:
                return .snoozed(until: until, errorClass, "\(error)")
            }
        }
    }

    /// What became of effects whose end an earlier try did not see, told by what Salesforce holds now.
    ///
    /// An event that was never claimed may have some too: it followed another, whose worker died. An effect that the new plan
    /// repeats is not touched here: it is sent again under its key, which is harmless. Members of campaigns are settled when
    /// they have been looked up.
    func settled(_ open: [OpenEffect], group: Group, resolution: Resolution) -> [EffectResult] {
        let repeated = Set(group.shared.map(\.key))
        let found = resolution.leads.records + resolution.contacts.records
        return open.compactMap { open in
            guard !repeated.contains(open.idempotencyKey), !open.isMember, !resolution.isUnknown(open.object) else {
                return nil
            }
            let record = found.first { record in
                record.object.rawValue == open.object
                    && (record.id == open.recordID
                        || (open.externalKey != nil
                            && record.fields[configuration.policy.fields.contactID]?.string == open.externalKey))
            }
            guard let record, record.shows(open.fields) else {
                return EffectResult(
                    effectID: open.id,
                    state: .failed,
                    errorText: "The answer was lost, and the record does not show it."
                )
            }
            return EffectResult(
                effectID: open.id,
                state: .confirmed,
                recordID: record.id,
                confirmedAt: now,
                verifiedAt: now
            )
        }
    }
}

extension SalesforceRecord {
    /// Whether every one of the fields that was read back holds the value that was sent.
    fileprivate func shows(_ sent: [String: FieldValue]) -> Bool {
        sent.allSatisfy { name, value in
            guard let held = fields[name] else { return true }
            if let held = held.string.flatMap({ Timestamp(text: $0) }),
                let value = value.string.flatMap({ Timestamp(text: $0) })
            {
                return held == value
            }
            return held == value || (held.isEmpty && value.isEmpty)
        }
    }
}
