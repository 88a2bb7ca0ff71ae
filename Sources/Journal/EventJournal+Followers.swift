import Foundation
import GRDB
import Model
import Time

/// How an event ended that was carried out together with one before it.
package struct FollowerEnding: Sendable {
    package var event: ClaimedEvent
    /// How it was completed.
    package var outcome: String
    /// Why, where that needs a word.
    package var note: String?
    package var followUp: EnrichFollowUp?
    /// Which of several records it took, and why.
    package var choice: String?

    package init(
        event: ClaimedEvent,
        outcome: String,
        note: String? = nil,
        followUp: EnrichFollowUp? = nil,
        choice: String? = nil
    ) {
        self.event = event
        self.outcome = outcome
        self.note = note
        self.followUp = followUp
        self.choice = choice
    }
}

extension JournalReader {
    static let followersSQL = """
        SELECT \(ClaimedRow.columns), state = 'available' AND contact_shared = 0 FROM event
        WHERE person_number = (SELECT person_number FROM event WHERE id = ?) AND opt_out = 0 AND lane = ?
            AND state IN ('available', 'retryable')
        ORDER BY occurred_at, id LIMIT ?
        """

    static let waitingOptOutSQL = """
        SELECT 1 FROM event
        WHERE person_number = (SELECT person_number FROM event WHERE id = ?) AND opt_out = 1
            AND state IN ('available', 'retryable')
        LIMIT 1
        """

    /// What the event's person has waiting directly after it, which may be carried out together with it.
    ///
    /// They stay available, and are claimed only in the transaction that ends them: two events of one person never run at
    /// once, and nobody else can claim them while this one runs. An event that was tried before is not among them, since it
    /// may have something to settle, nor one whose contact another person shares, who may be busy; nor is what comes after
    /// one. Nothing is, while an opt-out of the person waits, or something that happened before the event and was told
    /// since: its own try comes next, and should this one fail, it is applied first.
    ///
    /// - Parameters:
    ///   - event: An event in the hands of this worker.
    ///   - limit: How many at most.
    /// - Returns: The events in their order, each with the ticket that the claim at its end will have.
    /// - Throws: `JournalError` when the journal can't be read.
    package func followers(of event: ClaimedEvent, limit: Int) async throws(JournalError) -> [ClaimedEvent] {
        guard event.person != nil else { return [] }
        return try await read { [time] db in
            let optOut = try BoundStatement(db.cachedStatement(sql: Self.waitingOptOutSQL)).first {
                $0.bind(event.ticket.eventID)
            } _: {
                $0.int64(0)
            }
            guard optOut == nil else { return [] }
            let statement = BoundStatement(try db.cachedStatement(sql: Self.followersSQL))
            let claim = Claim(
                owner: event.ticket.owner,
                now: time.read(),
                leaseMilliseconds: max(0, event.leaseUntilBoot - time.read().boot)
            )
            let waiting: [WaitingRow] = try Lane.allCases.flatMap { lane in
                try statement.all { values in
                    values.bind(event.ticket.eventID)
                    values.bind(Int64(lane.rawValue))
                    values.bind(Int64(limit))
                } _: { columns in
                    WaitingRow(
                        row: ClaimedRow(available: columns, claim: claim),
                        isFree: columns.int64(ClaimedRow.columnCount) != 0
                    )
                }
            }
            var followers: [ClaimedEvent] = []
            for candidate in waiting.sorted(by: WaitingRow.isBefore).prefix(limit) {
                guard candidate.mayFollow, candidate.comes(after: event), let follower = candidate.row.read() else {
                    break
                }
                followers.append(follower)
            }
            return followers
        }
    }
}

/// What a person has waiting.
private struct WaitingRow {
    var row: ClaimedRow
    /// Available, and of a contact that is nobody else's.
    var isFree: Bool

    /// An event that was tried before may have something to settle, and one that changes an address holds two people.
    var mayFollow: Bool { isFree && row.ticket.claim == 1 && row.previousPerson == nil }

    func comes(after event: ClaimedEvent) -> Bool {
        (event.occurredAt, event.ticket.eventID) < (row.occurredAt, row.ticket.eventID)
    }

    static func isBefore(_ first: WaitingRow, _ second: WaitingRow) -> Bool {
        (first.row.occurredAt, first.row.ticket.eventID) < (second.row.occurredAt, second.row.ticket.eventID)
    }
}

extension EventTable {
    /// Claims and completes an event that was carried out together with one that has just ended, if it is next now.
    ///
    /// - Returns: Whether it was; false when something else has come in between, and the event is left to its own try.
    static func complete(_ follower: FollowerEnding, now: TimeReading, _ db: Database) throws -> Bool {
        let ticket = follower.event.ticket
        let claim = Claim(owner: ticket.owner, now: now, leaseMilliseconds: 0)
        guard let row = try Self.claim(ticket.eventID, for: claim, db) else { return false }
        guard row.ticket.claim == ticket.claim else {
            throw JournalError.leaseLost(eventID: ticket.eventID)
        }
        try end(
            ticket,
            now: now.wall,
            startedAt: follower.event.claimedAt.milliseconds,
            with: Ending(.completed(outcome: follower.outcome, note: follower.note), now: now.wall),
            choice: follower.choice,
            db
        )
        return true
    }
}
