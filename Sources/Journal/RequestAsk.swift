/// A request for one GetResponse request: who asks, for what, and which window the answer is taken from.
package struct RequestAsk: Sendable {
    /// What no other worker may ask for meanwhile; the reservation is made in the transaction of the grant.
    package enum Reservation: Hashable, Sendable {
        case nothing
        /// The profile that the event waits for.
        case profile
        /// The pages of this list, for all events that a page can help.
        case pages(listID: String)
        /// The same for a walk that goes on: its reservation is renewed.
        case morePages(listID: String)
    }

    /// What the request is for, from a closed set.
    package var purpose: String
    package var share: RequestShare
    /// Who sends it.
    package var worker: String
    /// The event on whose behalf it is sent.
    package var eventID: Int64?
    package var reservation: Reservation
    /// The window: 3,600 s, plus the 2 s that a grant lives, plus the request's time-out.
    package var length: Duration
    /// How long a request can be under way after its grant.
    package var flight: Duration

    package init(
        purpose: String,
        share: RequestShare = .lead,
        worker: String,
        eventID: Int64? = nil,
        reservation: Reservation = .nothing,
        length: Duration,
        flight: Duration = .seconds(12)
    ) {
        self.purpose = purpose
        self.share = share
        self.worker = worker
        self.eventID = eventID
        self.reservation = reservation
        self.length = length
        self.flight = flight
    }
}

/// A committed row of `api_request`: the right to send one request within two seconds.
package struct LedgerGrant: Hashable, Sendable {
    package var id: Int64
    /// When it was granted, in milliseconds of the boot clock.
    package var grantedBoot: Int64

    package init(id: Int64, grantedBoot: Int64) {
        self.id = id
        self.grantedBoot = grantedBoot
    }
}

/// What a request for a grant came to.
package enum LedgerAnswer: Hashable, Sendable {
    case granted(LedgerGrant)
    case wait(Duration)
    /// Somebody else has the fetch in hand, or nobody waits for it any more.
    case taken
}
