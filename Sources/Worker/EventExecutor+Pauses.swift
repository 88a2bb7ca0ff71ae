import Journal
import Logging
import Metrics
import Model
import Planning
import Salesforce
import Time

extension EventExecutor {
    /// What pauses let through of an event's plan.
    struct Passage {
        var open: [SharedIntent]
        /// Why the rest waits; nil where there is none.
        var hold: EventConclusion?
    }

    /// The pause of everything in Salesforce, or of the event's lane, that holds it up now, if any; an allowance that is used
    /// up, or nearly, holds no opt-out up.
    func pause(holding event: ClaimedEvent) async throws(JournalError) -> EventConclusion? {
        let now = now
        return try await journal.reader.pauses().first { pause in
            switch pause.subject {
            case .salesforce: pause.until > now && !(event.isOptOut && pause.errorClass == .quota)
            // One that is due is tried by one of those that it held, not by whatever comes along.
            case .usage(let level):
                level.holds(event.lane) && !event.isOptOut && (pause.until > now || event.ticket.claim == 1)
            case .getResponse, .field: false
            }
        }.map(hold)
    }

    /// What may be sent of the plan while some field or object is paused.
    ///
    /// An opt-out goes as far as it can, and only its object's own `HasOptedOutOfEmail` holds it; of any other event nothing is
    /// sent before all of it may be.
    func passage(of event: ClaimedEvent, _ shared: [SharedIntent]) async throws(JournalError) -> Passage {
        var holding: [Pause] = []
        let pauses = try await pausesInForce()
        let open = shared.filter { effect in
            let found = pauses.filter { isHeld(effect.intent, by: $0, isOptOut: event.isOptOut) }
            if !effect.intent.isBestEffort { holding += found }
            return found.isEmpty
        }
        guard let longest = holding.max(by: { $0.until < $1.until }) else { return Passage(open: shared, hold: nil) }
        return Passage(open: event.isOptOut ? open : [], hold: hold(longest))
    }

    func pausesInForce() async throws(JournalError) -> [Pause] {
        let now = now
        return try await journal.reader.pauses().filter { $0.until > now }
    }

    /// The pause of one of the campaigns, if any.
    func pause(ofMembersOf campaigns: [String]) async throws(JournalError) -> EventConclusion? {
        let subjects = Set(campaigns.map(PauseSubject.members(of:)))
        return try await pausesInForce().first { subjects.contains($0.subject) }.map(hold)
    }

    /// Ends the pauses that are due of campaigns that have the status which they lacked.
    func clearPauses(ofMembersOf campaigns: [String]) async {
        let now = now
        let subjects = Set(campaigns.map(PauseSubject.members(of:)))
        let due = ((try? await journal.reader.pauses()) ?? []).filter {
            $0.until <= now && subjects.contains($0.subject)
        }
        for pause in due {
            guard (try? await journal.clearPause(pause.subject)) != nil else { continue }
            logger.notice("A pause is over", metadata: ["pause": "\(pause.subject.name)"])
        }
    }

    private func isHeld(_ effect: EffectIntent, by pause: Pause, isOptOut: Bool) -> Bool {
        guard case .field(let object, let name) = pause.subject, effect.object.rawValue == object else { return false }
        guard !name.isEmpty else { return !isOptOut }
        return effect.fields[name] != nil || effect.target.isBy(field: name)
    }

    private func hold(_ pause: Pause) -> EventConclusion {
        .held(by: pause.subject, until: pause.until, pause.errorClass, pause.reason)
    }

    /// Sets the pause that the failure asks for.
    func pause(for failure: TryFailure) async {
        await pause(
            failure.pauseSubject,
            until: now.advanced(by: configuration.retry.configurationPause),
            errorClass: .configuration,
            reason: "\(failure.error)"
        )
    }

    func pause(_ subject: PauseSubject, until: Timestamp, errorClass: ErrorClass, reason: String) async {
        // Somebody will mend it: the describe is asked for again before the next try.
        if case .field(let object, _) = subject, let object = SalesforceObject(rawValue: object) { shape.doubt(object) }
        logger.error(
            errorClass == .quota
                ? "Paused: the org's API calls of the last 24 hours are used up"
                : "Paused: a setting or a permission must be mended",
            metadata: ["pause": "\(subject.name)", "reason": "\(reason)", "until": "\(until.iso8601)"]
        )
        Counter(label: "leadrelay_pauses_total", dimensions: [("class", errorClass.rawValue)]).increment()
        do {
            try await journal.setPause(Pause(subject: subject, reason: reason, errorClass: errorClass, until: until))
        } catch {
            logger.error("A pause could not be recorded", metadata: ["pause": "\(subject.name)", "error": "\(error)"])
        }
    }

    /// Pauses the writes of fields that this user can't read: whoever can't read a field can't write it.
    func pauseHiddenFields(of resolution: Resolution) async {
        let hidden = [
            SalesforceObject.lead: resolution.leads.hiddenFields, .contact: resolution.contacts.hiddenFields,
        ]
        guard hidden.values.contains(where: { !$0.isEmpty }) else { return }
        let known = Set(((try? await pausesInForce()) ?? []).map(\.subject))
        let until = now.advanced(by: configuration.retry.configurationPause)
        for (object, fields) in hidden {
            for (name, reason) in fields {
                let subject = PauseSubject.field(object: object.rawValue, name: name)
                guard !known.contains(subject) else { continue }
                await pause(subject, until: until, errorClass: .configuration, reason: reason)
            }
        }
    }

    /// Ends the pauses that are due and whose subject this try has just shown to work.
    ///
    /// A look-up proves the fields that it asked for, a write those that it sent; for an opt-out's look-up, which does
    /// without most fields, that is the flag alone.
    ///
    /// - Parameters:
    ///   - confirmed: The writes that Salesforce confirmed in this try.
    ///   - event: The event in hand.
    ///   - resolution: What the look-up found.
    ///   - hasFailed: Whether anything else was refused.
    func clearPauses(
        provenOverBy confirmed: [EffectIntent],
        of event: ClaimedEvent,
        resolution: Resolution,
        hasFailed: Bool
    ) async {
        do {
            let now = now
            for pause in try await journal.reader.pauses() where pause.until <= now {
                let isOver =
                    switch pause.subject {
                    case .getResponse, .usage: false
                    case .salesforce: !hasFailed || !confirmed.isEmpty
                    case .field(let object, let name):
                        isWritten(name, of: object, by: confirmed) || isRead(name, of: object, for: event, resolution)
                    }
                guard isOver else { continue }
                try await journal.clearPause(pause.subject)
                logger.notice("A pause is over", metadata: ["pause": "\(pause.subject.name)"])
            }
        } catch {
            logger.warning("A pause could not be ended; the next success ends it", metadata: ["error": "\(error)"])
        }
    }

    private func isWritten(_ field: String, of object: String, by confirmed: [EffectIntent]) -> Bool {
        confirmed.contains { effect in
            effect.object.rawValue == object && !effect.isBestEffort
                && (field.isEmpty || effect.fields[field] != nil || effect.target.isBy(field: field))
        }
    }

    private func isRead(_ field: String, of object: String, for event: ClaimedEvent, _ resolution: Resolution) -> Bool {
        guard !field.isEmpty, resolution.hasRead(field, of: object) else { return false }
        // What can be read need not be open to writes.
        if let object = SalesforceObject(rawValue: object), shape.forbids(field, of: object) { return false }
        if event.isOptOut { return field == "HasOptedOutOfEmail" }
        return (object == SalesforceObject.lead.rawValue ? planner.leadFields : planner.contactFields).contains(field)
    }
}

extension TryFailure {
    /// What the fault is about, and no more: a field of an object, the object, or the log-in.
    var pauseSubject: PauseSubject {
        if case .missingMemberStatus(let campaign, _) = error { return .members(of: campaign) }
        guard case .faults = error, error.errorClass != .quota, let object = object ?? error.lookedUpObject else {
            return .salesforce
        }
        return .field(object: object.rawValue, name: error.missingField ?? "")
    }
}

extension EffectIntent.Target {
    fileprivate func isBy(field name: String) -> Bool {
        guard case .externalID(let field, _) = self else { return false }
        return field == name
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
