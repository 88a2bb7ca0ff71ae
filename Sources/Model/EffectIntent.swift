/// What kind of change an effect makes: the value of `effect.kind`.
package enum EffectKind: String, Codable, CaseIterable, Sendable {
    /// Create or update a Lead by the external id.
    case leadUpsert = "lead.upsert"
    /// Update a Lead by its record id.
    case leadUpdate = "lead.update"
    /// Update a Contact by its record id.
    case contactUpdate = "contact.update"
    /// `HasOptedOutOfEmail: true` on a Lead, and nothing else.
    case optOutLead = "optout.lead"
    /// `HasOptedOutOfEmail: true` on a Contact, and nothing else.
    case optOutContact = "optout.contact"
    /// `HasOptedOutOfEmail: false` on a Lead whose person came back (`sync.resubscribe`), and nothing else.
    case optInLead = "optin.lead"
    /// The same on a Contact.
    case optInContact = "optin.contact"
    /// Status and date that go with an opt-out; best effort, after the opt-out itself.
    case optOutDetails = "optout.details"
    /// Log an open or a click.
    case taskCreate = "task.create"
    /// Make somebody a member of a campaign, or move the member's status on.
    case memberUpsert = "member.upsert"

    /// Whether this is the flag that a person's consent hangs on.
    package var isOptOut: Bool { self == .optOutLead || self == .optOutContact }

    /// Whether this takes the flag back.
    package var isOptIn: Bool { self == .optInLead || self == .optInContact }
}

/// One change that is wanted in Salesforce, before it has a row in `effect`.
package struct EffectIntent: Hashable, Sendable {
    /// Which record is meant.
    package enum Target: Hashable, Sendable {
        /// The record whose external id field has this value; it is created where there is none.
        case externalID(field: String, value: String)
        /// An existing record.
        case record(id: String)
        /// A new record; only for objects without a usable external id.
        case new
    }

    package var kind: EffectKind
    package var object: SalesforceObject
    package var target: Target
    /// Values by API name, without the external id field that `target` names (Salesforce refuses it in the body).
    package var fields: [String: FieldValue]
    /// What those fields held when they were last read; absent where nothing was read.
    package var before: [String: FieldValue]
    /// Whether a refusal leaves the event's outcome untouched.
    package var isBestEffort: Bool
    /// Whether it is meant to make a record, since nobody was found; the record may be there all the same by the time it is sent.
    package var isCreation: Bool
    /// The fields whose text was too long for the org: cut, or left out where a part of it is worth nothing.
    package var shortened: Set<String>

    package init(
        kind: EffectKind,
        object: SalesforceObject,
        target: Target,
        fields: [String: FieldValue],
        before: [String: FieldValue] = [:],
        isBestEffort: Bool = false,
        isCreation: Bool = false,
        shortened: Set<String> = []
    ) {
        self.kind = kind
        self.object = object
        self.target = target
        self.fields = fields
        self.before = before
        self.isBestEffort = isBestEffort
        self.isCreation = isCreation
        self.shortened = shortened
    }

    /// The part of the idempotency key that tells this effect from the event's others.
    package var keySuffix: String {
        switch target {
        case .externalID(_, let value): "\(kind.rawValue):\(object.rawValue):key=\(value)"
        case .record(let id): "\(kind.rawValue):\(object.rawValue):id=\(id)"
        case .new: "\(kind.rawValue):\(object.rawValue):new"
        }
    }
}
