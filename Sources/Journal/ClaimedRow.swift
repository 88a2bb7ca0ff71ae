import Model
import Time

/// The columns of `event` that make a claimed event, its payload still as text: reading that takes no lock.
struct ClaimedRow: Sendable {
    /// In the order in which they are read below.
    static let columns = """
        id, claim, idempotency_key, action, source, person, previous_person, contact_id, list_id, occurred_at, received_at, \
        payload, lane, opt_out, attempt, redrive
        """

    /// How many they are.
    static let columnCount: Int32 = 16

    /// The event without its payload.
    private let event: ClaimedEvent
    private let payload: String

    /// The event as the claim makes it of a row that is available.
    init(available row: BoundStatement.Columns, claim: Claim) {
        event = ClaimedEvent(
            ticket: ClaimTicket(eventID: row.int64(0), claim: row.int64(1) + 1, owner: claim.owner),
            idempotencyKey: row.string(2),
            action: Action(rawValue: row.string(3)),
            source: Source(rawValue: row.string(4)) ?? .getresponse,
            person: row.optionalString(5).map(Person.init(rawValue:)),
            previousPerson: row.optionalString(6).map(Person.init(rawValue:)),
            contactID: row.optionalString(7),
            listID: row.optionalString(8),
            occurredAt: Timestamp(milliseconds: row.int64(9)),
            receivedAt: Timestamp(milliseconds: row.int64(10)),
            payload: EventPayload(contact: ContactDetails()),
            lane: Lane(rawValue: Int(row.int64(12))) ?? .bulk,
            isOptOut: row.int64(13) != 0,
            attempt: Int(row.int64(14)) + 1,
            redrive: Int(row.int64(15)),
            claimedAt: Timestamp(milliseconds: claim.now.wall),
            leaseUntilBoot: claim.leaseUntilBoot
        )
        payload = row.string(11)
    }

    var ticket: ClaimTicket { event.ticket }
    var previousPerson: Person? { event.previousPerson }
    var occurredAt: Timestamp { event.occurredAt }

    /// The event with its payload; nil where that can't be read.
    func read() -> ClaimedEvent? {
        guard let payload = try? JSONText.decode(EventPayload.self, from: payload) else { return nil }
        var event = event
        event.payload = payload
        return event
    }
}
