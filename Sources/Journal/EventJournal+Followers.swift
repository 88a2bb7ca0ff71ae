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
        SELECT \(ClaimedRow.columns), state FROM event
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
            let waiting = rows.sorted { first, second in
                let times: (Int64, Int64) = (first["occurred_at"], second["occurred_at"])
                let ids: (Int64, Int64) = (first["id"], second["id"])
                return (times.0, ids.0) < (times.1, ids.1)
            }
            let now = time.read().wall
            var followers: [ClaimedEvent] = []
            for row in waiting.prefix(limit) {
                let state: String = row["state"]
                let claim: Int64 = row["claim"]
                let previousPerson: String? = row["previous_person"]
                guard state == "available", claim == 0, previousPerson == nil,
                    let follower = ClaimedRow(row: row).following(event, now: now).read()
                else { break }
                followers.append(follower)
            }
            return followers
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
        guard row.ticket.claim == ticket.claim else {
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
