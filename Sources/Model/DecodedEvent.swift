/// One element of a callback, decoded but not yet in the queue.
package struct DecodedEvent: Hashable, Sendable {
    /// How a second telling of the same event is recognised.
    package enum Identity: Hashable, Sendable {
        /// The provider's delivery id and the position in it: the same event only with the same pair.
        case delivery(id: String, position: Int)
        /// No id: the same content within the window counts as the same event.
        case content
        /// Never a duplicate (an unsubscribe without an id: its effects are idempotent, and losing one is not an option).
        case unique
    }

    /// The place in the delivery, from 0; a single object is at 0.
    package var position: Int
    package var action: Action
    package var payload: EventPayload
    package var identity: Identity
    /// SHA-256, in hex, of what the event says, without `createdOn` and without times: equal for two tellings.
    package var contentKey: String
    /// Why it could not be decoded; set only when `action` is `unknown`.
    package var failure: String?

    package init(
        position: Int,
        action: Action,
        payload: EventPayload,
        identity: Identity,
        contentKey: String,
        failure: String? = nil
    ) {
        self.position = position
        self.action = action
        self.payload = payload
        self.identity = identity
        self.contentKey = contentKey
        self.failure = failure
    }

    /// When it happened: the provider's event time, else `createdOn` for a subscribe only, else the receipt; never later
    /// than the receipt.
    package func occurredAt(receivedAt: Timestamp) -> Timestamp {
        let told = payload.providerTime ?? (action == .subscribe ? payload.contact.createdOn : nil)
        return min(told ?? receivedAt, receivedAt)
    }
}
