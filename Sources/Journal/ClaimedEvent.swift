package import Model

/// The right to one event: every write that ends a try names it, and a row that has moved on refuses.
package struct ClaimTicket: Hashable, Sendable {
    package var eventID: Int64
    /// The fence: grows at every claim of the event.
    package var claim: Int64
    /// The worker that holds the lease.
    package var owner: String

    package init(eventID: Int64, claim: Int64, owner: String) {
        self.eventID = eventID
        self.claim = claim
        self.owner = owner
    }
}

/// An event in the hands of this worker, with what is known of its person.
package struct ClaimedEvent: Sendable {
    package var ticket: ClaimTicket
    package var idempotencyKey: String
    package var action: Action
    package var source: Source
    package var person: Person?
    package var previousPerson: Person?
    package var contactID: String?
    package var listID: String?
    package var occurredAt: Timestamp
    package var receivedAt: Timestamp
    package var payload: EventPayload
    package var lane: Lane
    package var isOptOut: Bool
    /// The number of this try, counting only charged ones, from 1.
    package var attempt: Int
    /// The generation of forced replays; part of the effects' keys.
    package var redrive: Int
    package var claimedAt: Timestamp
    /// When the lease ends, in milliseconds of the boot clock.
    package var leaseUntilBoot: Int64
}
