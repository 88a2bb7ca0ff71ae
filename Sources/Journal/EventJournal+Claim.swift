import Foundation
import GRDB
package import Model
import Time

extension EventJournal {
    /// Whether anything is ready or has become due: a cheap look before a claim, which takes the lock.
    package func hasClaimableEvents() async throws(JournalError) -> Bool {
        try await read { [time] db in
            try Bool.fetchOne(
                db.cachedStatement(sql: EventTable.peekSQL),
                arguments: [time.read().wall]
            ) ?? false
        }
    }

    /// Claims events in the order of lane, then of due time, never two that share a person or a contact.
    ///
    /// - Parameters:
    ///   - owner: The worker that takes them.
    ///   - limit: How many at most.
    ///   - lanes: From which lanes.
    ///   - leaseDuration: How long the claim lasts unless it is renewed.
    /// - Returns: The events, now running under a lease.
    /// - Throws: `JournalError`; then nothing is claimed.
    package func claim(
        owner: String,
        limit: Int,
        lanes: ClosedRange<Lane> = .compliance ... .bulk,
        leaseDuration: Duration
    ) async throws(JournalError) -> [ClaimedEvent] {
        try await write { [time] db in
            let now = time.read()
            try EventTable.promoteDueEvents(now: now.wall, db)
            var claimed: [ClaimedEvent] = []
            for id in try EventTable.claimableIDs(limit: limit, lanes: lanes, db) {
                let row = try EventTable.claimRow(
                    id: id,
                    owner: owner,
                    now: now,
                    leaseMilliseconds: leaseDuration.wholeMilliseconds,
                    db
                )
                claimed.append(try ClaimedEvent(row: row))
            }
            return claimed
        }
    }
}

extension ClaimedEvent {
    init(row: Row) throws {
        self.init(
            ticket: ClaimTicket(eventID: row["id"], claim: row["claim"], owner: row["lease_owner"]),
            idempotencyKey: row["idempotency_key"],
            action: Action(rawValue: row["action"]),
            source: Source(rawValue: row["source"]) ?? .getresponse,
            person: (row["person"] as String?).map(Person.init(rawValue:)),
            previousPerson: (row["previous_person"] as String?).map(Person.init(rawValue:)),
            contactID: row["contact_id"],
            listID: row["list_id"],
            occurredAt: Timestamp(milliseconds: row["occurred_at"]),
            receivedAt: Timestamp(milliseconds: row["received_at"]),
            payload: try JSONText.decode(EventPayload.self, from: row["payload"]),
            lane: Lane(rawValue: row["lane"]) ?? .bulk,
            isOptOut: row["opt_out"],
            attempt: row["attempt"],
            redrive: row["redrive"],
            claimedAt: Timestamp(milliseconds: row["claimed_at"]),
            leaseUntilBoot: row["lease_until_boot"]
        )
    }
}
