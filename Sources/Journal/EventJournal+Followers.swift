import Foundation
import GRDB
import Model
import Time

/// How an event ended that was carried out together with one before it.
package struct FollowerEnding: Sendable {
    package var event: ClaimedEvent
    /// How it was completed.
    package var outcome: String
    package var followUp: EnrichFollowUp?

    package init(event: ClaimedEvent, outcome: String, followUp: EnrichFollowUp? = nil) {
        self.event = event
        self.outcome = outcome
        self.followUp = followUp
    }
}

extension JournalReader {
    static let followersSQL = """
        SELECT * FROM event
        WHERE person = ? AND opt_out = 0 AND lane = ? AND state IN ('available', 'retryable')
        ORDER BY occurred_at, id LIMIT ?
        """

    /// What the event's person has waiting directly after it, which may be carried out together with it.
    ///
    /// They stay available, and are claimed only in the transaction that ends them: two events of one person never run at
    /// once, and nobody else can claim them while this one runs. An event that was tried before is not among them, since it
    /// may have something to settle; nor is what comes after one.
    ///
    /// - Parameters:
    ///   - event: An event in the hands of this worker.
    ///   - limit: How many at most.
    /// - Returns: The events in their order, each with the ticket that the claim at its end will have.
    /// - Throws: `JournalError` when the journal can't be read.
    package func followers(of event: ClaimedEvent, limit: Int) async throws(JournalError) -> [ClaimedEvent] {
        guard let person = event.person else { return [] }
        return try await read { [time] db in
            let statement = try db.cachedStatement(sql: Self.followersSQL)
            let rows = try Lane.allCases.flatMap { lane in
                try Row.fetchAll(statement, arguments: [person.rawValue, lane.rawValue, limit])
            }
            let waiting = rows.sorted {
                ($0["occurred_at"], $0["id"]) < ($1["occurred_at"] as Int64, $1["id"] as Int64)
            }
            let now = time.read().wall
            return try waiting.prefix(limit)
                .prefix { row in
                    row["state"] == "available" && row["claim"] == 0 && (row["previous_person"] as String?) == nil
                }
                .map { try ClaimedEvent(waiting: $0, behind: event, now: now) }
        }
    }
}

extension EventTable {
    /// Claims and completes an event that was carried out together with one that has just ended, if it is next now.
    ///
    /// - Returns: Whether it was; false when something else has come in between, and the event is left to its own try.
    static func complete(_ follower: FollowerEnding, now: TimeReading, _ db: Database) throws -> Bool {
        let ticket = follower.event.ticket
        guard try isClaimable(ticket.eventID, db) else { return false }
        let row = try claimRow(id: ticket.eventID, owner: ticket.owner, now: now, leaseMilliseconds: 0, db)
        guard row["claim"] == ticket.claim else {
            throw JournalError.leaseLost(eventID: ticket.eventID)
        }
        try end(
            ticket,
            now: now.wall,
            startedAt: follower.event.claimedAt.milliseconds,
            with: Ending(.completed(outcome: follower.outcome), now: now.wall),
            db
        )
        return true
    }
}

extension ClaimedEvent {
    fileprivate init(waiting row: Row, behind event: ClaimedEvent, now: Int64) throws {
        self.init(
            ticket: ClaimTicket(eventID: row["id"], claim: (row["claim"] as Int64) + 1, owner: event.ticket.owner),
            idempotencyKey: row["idempotency_key"],
            action: Action(rawValue: row["action"]),
            source: Source(rawValue: row["source"]) ?? .getresponse,
            person: (row["person"] as String?).map(Person.init(rawValue:)),
            previousPerson: nil,
            contactID: row["contact_id"],
            listID: row["list_id"],
            occurredAt: Timestamp(milliseconds: row["occurred_at"]),
            receivedAt: Timestamp(milliseconds: row["received_at"]),
            payload: try JSONText.decode(EventPayload.self, from: row["payload"]),
            lane: Lane(rawValue: row["lane"]) ?? .bulk,
            isOptOut: row["opt_out"],
            attempt: (row["attempt"] as Int) + 1,
            redrive: row["redrive"],
            claimedAt: Timestamp(milliseconds: now),
            leaseUntilBoot: event.leaseUntilBoot
        )
    }
}
