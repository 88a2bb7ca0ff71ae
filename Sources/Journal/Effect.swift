package import Model

/// An intended change that has its row in `effect`.
package struct PlannedEffect: Sendable {
    package var id: Int64
    package var intent: EffectIntent
    /// Whether an earlier try had Salesforce's yes already: it is not sent again.
    package var isConfirmed: Bool
    /// When an earlier try sent it without hearing the answer; nil when it did not, or knows the answer.
    package var lostAt: Timestamp?

    package init(id: Int64, intent: EffectIntent, isConfirmed: Bool, lostAt: Timestamp? = nil) {
        self.id = id
        self.intent = intent
        self.isConfirmed = isConfirmed
        self.lostAt = lostAt
    }
}

/// A change before it has its row, with the events that it serves.
package struct SharedIntent: Sendable {
    package var intent: EffectIntent
    /// The event whose effect it is: it gives the key.
    package var event: ClaimedEvent
    /// Further events of the same person that the same write carries out.
    package var followers: [ClaimedEvent]

    package init(intent: EffectIntent, event: ClaimedEvent, followers: [ClaimedEvent] = []) {
        self.intent = intent
        self.event = event
        self.followers = followers
    }

    /// The idempotency key.
    package var key: String { event.effectKey(of: intent) }

    /// The keys that the same write had in every generation so far, its own last: what left under one of them without an
    /// answer may still take effect.
    var keysOfAllGenerations: [String] {
        (0...event.redrive).map { generation in
            var event = event
            event.redrive = generation
            return event.effectKey(of: intent)
        }
    }
}

/// What became of an effect.
package struct EffectResult: Hashable, Sendable {
    package enum State: String, Sendable {
        case confirmed
        case failed
        /// The answer was lost.
        case unknown
    }

    package var effectID: Int64
    package var state: State
    /// What makes the effects of one HTTP request known by each other; nil where nothing was sent.
    package var requestID: String?
    /// The fields that were really sent, where that may be other than was planned.
    package var fields: [String: FieldValue]?
    package var statusCode: Int?
    package var recordID: String?
    /// Whether Salesforce made a new record; nil where it did not say.
    package var created: Bool?
    package var errorText: String?
    /// When it was sent last, where that is known better than from its beginning.
    package var sentAt: Timestamp?
    /// When Salesforce's answer came.
    package var confirmedAt: Timestamp?
    /// When a read-back showed the value in place.
    package var verifiedAt: Timestamp?
    /// The record after the write, where nobody had changed it meanwhile.
    package var recordVersion: RecordVersion?

    package init(
        effectID: Int64,
        state: State,
        requestID: String? = nil,
        fields: [String: FieldValue]? = nil,
        statusCode: Int? = nil,
        recordID: String? = nil,
        created: Bool? = nil,
        errorText: String? = nil,
        sentAt: Timestamp? = nil,
        confirmedAt: Timestamp? = nil,
        verifiedAt: Timestamp? = nil,
        recordVersion: RecordVersion? = nil
    ) {
        self.effectID = effectID
        self.state = state
        self.requestID = requestID
        self.fields = fields
        self.statusCode = statusCode
        self.recordID = recordID
        self.created = created
        self.errorText = errorText
        self.sentAt = sentAt
        self.confirmedAt = confirmedAt
        self.verifiedAt = verifiedAt
        self.recordVersion = recordVersion
    }
}

/// An effect of an earlier try whose end is not known: its worker died, or its answer was lost.
package struct OpenEffect: Sendable {
    package var id: Int64
    package var idempotencyKey: String
    package var kind: String
    package var object: String
    package var recordID: String?
    package var externalKey: String?
    package var fields: [String: FieldValue]
}
