package import Model

/// What becomes of an event once its effects are confirmed.
package enum PlanOutcome: Hashable, Sendable {
    /// The effects carry it out; none are needed where Salesforce says it all already.
    case applied
    /// It means nothing to Salesforce, for this reason.
    case ignored(reason: String)
    /// It needs a record, and the person has none (yet).
    case noTarget
    /// An opt-out of somebody who has no record that could be written; it is remembered for when one appears.
    case unknownPerson
    /// A person left one list and stays on others that we know of; that is remembered, and nothing is written.
    case otherLists
}

/// The changes that one event asks of Salesforce.
package struct Plan: Hashable, Sendable {
    /// In the order in which they are sent: an opt-out's flags come before everything else.
    package var effects: [EffectIntent]
    package var outcome: PlanOutcome
    /// Whether the callback lacked something that the mapping wants, so that an `enrich` should follow.
    package var needsEnrichment: Bool
    /// Whether the person's consent ends with this event.
    package var recordsOptOut: Bool
    /// Which record was chosen and why, where several matched or the obvious one could not be used.
    package var choice: String?
    /// Why something that such an event usually does is left out; nil where nothing is.
    package var remark: String?
    /// The campaigns that the person is to be a member of, once the effects are confirmed.
    package var enrolment: Enrolment?

    package init(
        effects: [EffectIntent] = [],
        outcome: PlanOutcome,
        needsEnrichment: Bool = false,
        recordsOptOut: Bool = false,
        choice: String? = nil,
        remark: String? = nil,
        enrolment: Enrolment? = nil
    ) {
        self.effects = effects
        self.outcome = outcome
        self.needsEnrichment = needsEnrichment
        self.recordsOptOut = recordsOptOut
        self.choice = choice
        self.remark = remark
        self.enrolment = enrolment
    }

    /// Why the event is ignored, or what of it is left out, for people.
    package var note: String? {
        if case .ignored(let reason) = outcome { return reason }
        return remark
    }
}
