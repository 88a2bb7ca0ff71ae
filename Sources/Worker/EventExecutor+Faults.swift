import Journal
import Logging
import Metrics
import Model
import Planning
import Salesforce
import Time

extension EventExecutor {
    /// What a failed try means for the event, and what it holds up beyond it.
    func conclusion(of event: ClaimedEvent, after failure: TryFailure) async -> EventConclusion {
        let error = failure.error
        if Task.isCancelled { return .interrupted }
        if case .unsettled(let wait) = error {
            let until = now.advanced(by: min(wait, .seconds(30)))
            return .snoozed(until: until, .lostAnswer, "\(error)")
        }
        // The Lead was converted between the look-up and the write: the next look finds its Contact.
        let errorClass: ErrorClass = error.isConvertedLead ? .transient : error.errorClass
        let decision = configuration.retry.decide(
            errorClass,
            attempt: event.attempt,
            isOptOut: event.isOptOut,
            retryAfter: error.retryAfter,
            random: random()
        )
        switch decision {
        case .giveUp:
            return .dead(errorClass, "\(error)")
        case .retry(let delay):
            return .retry(at: now.advanced(by: delay), errorClass, "\(error)")
        case .snooze(let delay):
            let until = now.advanced(by: delay)
            if errorClass == .configuration || errorClass == .quota {
                await pause(subject(of: failure), until: until, errorClass: errorClass, reason: "\(error)")
            }
            return .snoozed(until: until, errorClass, "\(error)")
        }
    }

    /// What the fault is about, and no more: a field of an object, the object, or the log-in.
    private func subject(of failure: TryFailure) -> PauseSubject {
        switch failure.error {
        case .faults:
            guard let object = failure.object ?? failure.error.lookedUpObject else { return .salesforce }
            if failure.error.errorClass == .quota { return .salesforce }
            return .field(object: object.rawValue, name: failure.error.missingField ?? "")
        default:
            return .salesforce
        }
    }

    private func pause(_ subject: PauseSubject, until: Timestamp, errorClass: ErrorClass, reason: String) async {
        logger.error(
            "Paused: a setting or a permission must be mended",
            metadata: ["pause": "\(subject.name)", "reason": "\(reason)", "until": "\(until.iso8601)"]
        )
        Counter(label: "leadrelay_pauses_total", dimensions: [("class", errorClass.rawValue)]).increment()
        do {
            try await journal.setPause(Pause(subject: subject, reason: reason, errorClass: errorClass, until: until))
        } catch {
            logger.error("A pause could not be recorded", metadata: ["pause": "\(subject.name)", "error": "\(error)"])
        }
    }

    /// The pause that holds this event up now, if any.
    ///
    /// An opt-out is held only by the log-in or by its object's own `HasOptedOutOfEmail`, and not by a used-up allowance.
    func pause(holding event: ClaimedEvent, fields effects: [EffectIntent]) async throws -> EventConclusion? {
        let now = now
        let holding = try await journal.reader.pauses().filter { pause in
            guard pause.until > now else { return false }
            switch pause.subject {
            case .getResponse: return false
            case .salesforce: return !(event.isOptOut && pause.errorClass == .quota)
            case .field(let object, let name):
                return effects.contains { effect in
                    effect.object.rawValue == object
                        && (name.isEmpty
                            ? !event.isOptOut : effect.fields[name] != nil || effect.target.isBy(field: name))
                }
            }
        }
        guard let longest = holding.max(by: { $0.until < $1.until }) else { return nil }
        return .snoozed(until: longest.until, longest.errorClass, longest.reason)
    }

    /// Ends the pauses that are due and whose subject this try has just shown to work.
    ///
    /// A look-up proves the fields that it asked for, a write those that it sent; for an opt-out's look-up, which does
    /// without most fields, that is the flag alone.
    func clearPauses(provenOverBy event: ClaimedEvent, effects: [EffectIntent]) async {
        do {
            let now = now
            for pause in try await journal.reader.pauses() where pause.until <= now {
                let isOver =
                    switch pause.subject {
                    case .getResponse: false
                    case .salesforce: true
                    case .field(let object, let name): proves(event, effects, object: object, field: name)
                    }
                guard isOver else { continue }
                try await journal.clearPause(pause.subject)
                logger.notice("A pause is over", metadata: ["pause": "\(pause.subject.name)"])
            }
        } catch {
            logger.warning("A pause could not be ended; the next success ends it", metadata: ["error": "\(error)"])
        }
    }

    private func proves(_ event: ClaimedEvent, _ effects: [EffectIntent], object: String, field: String) -> Bool {
        let written = effects.filter { $0.object.rawValue == object && !$0.isBestEffort }
        if written.contains(where: { field.isEmpty || $0.fields[field] != nil || $0.target.isBy(field: field) }) {
            return true
        }
        guard !field.isEmpty else { return false }
        if event.isOptOut { return field == "HasOptedOutOfEmail" }
        let read = object == SalesforceObject.lead.rawValue ? planner.leadFields : planner.contactFields
        return read.contains(field)
    }

    /// What became of effects whose end an earlier try did not see, told by what Salesforce holds now.
    ///
    /// An event that was never claimed may have some too: it followed another, whose worker died. An effect that the new plan
    /// repeats is not touched here: it is sent again under its key, which is harmless.
    func settled(of event: ClaimedEvent, group: Group, records: SalesforceRecords) async throws -> [EffectResult] {
        let repeated = Set(group.shared.map(\.key))
        let found = records.leads + records.contacts
        let members = [event.ticket.eventID] + group.followers.map(\.event.ticket.eventID)
        return try await journal.openEffects(of: members).compactMap { open in
            guard !repeated.contains(open.idempotencyKey) else { return nil }
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

extension EffectIntent.Target {
    fileprivate func isBy(field name: String) -> Bool {
        guard case .externalID(let field, _) = self else { return false }
        return field == name
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

extension SalesforceError {
    /// The object that a refused look-up was about, from Salesforce's own words.
    fileprivate var lookedUpObject: SalesforceObject? {
        for fault in faults {
            for object in SalesforceObject.allCases
            where fault.message.contains("'\(object.rawValue)'") || fault.message.contains("type \(object.rawValue)") {
                return object
            }
        }
        return nil
    }
}
