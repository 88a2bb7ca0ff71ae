import GRDB
import Model

/// The columns of `event` that make a claimed event, its payload still as text: reading that takes no lock.
struct ClaimedRow: Sendable {
    /// In the order in which they are read below: by their places, since looking a column up by name costs more than SQLite
    /// takes to find the row.
    static let columns = """
        id, claim, lease_owner, idempotency_key, action, source, person, previous_person, contact_id, list_id, occurred_at, \
        received_at, payload, lane, opt_out, attempt, redrive, claimed_at, lease_until_boot
        """

    /// The event without its payload.
    private var event: ClaimedEvent
    private let payload: String

    init(row: Row) {
        event = ClaimedEvent(
            ticket: ClaimTicket(eventID: row[0], claim: row[1], owner: row[2] ?? ""),
            idempotencyKey: row[3],
            action: Action(rawValue: row[4]),
            source: Source(rawValue: row[5]) ?? .getresponse,
            person: (row[6] as String?).map(Person.init(rawValue:)),
            previousPerson: (row[7] as String?).map(Person.init(rawValue:)),
            contactID: row[8],
            listID: row[9],
            occurredAt: Timestamp(milliseconds: row[10]),
            receivedAt: Timestamp(milliseconds: row[11]),
            payload: EventPayload(contact: ContactDetails()),
            lane: Lane(rawValue: row[13]) ?? .bulk,
            isOptOut: row[14],
            attempt: row[15],
            redrive: row[16],
            claimedAt: Timestamp(milliseconds: row[17] ?? 0),
            leaseUntilBoot: row[18] ?? 0
        )
        payload = row[12]
    }

    var ticket: ClaimTicket { event.ticket }

    /// The event with its payload; nil where that can't be read.
    func read() -> ClaimedEvent? {
        guard let payload = try? JSONText.decode(EventPayload.self, from: payload) else { return nil }
        var event = event
        event.payload = payload
        return event
    }

    /// As it would be if it were claimed together with `event`, which is in hand.
    func following(_ event: ClaimedEvent, now: Int64) -> ClaimedRow {
        var copy = self
        copy.event.ticket.claim += 1
        copy.event.ticket.owner = event.ticket.owner
        copy.event.attempt += 1
        copy.event.claimedAt = Timestamp(milliseconds: now)
        copy.event.leaseUntilBoot = event.leaseUntilBoot
        return copy
    }
}
