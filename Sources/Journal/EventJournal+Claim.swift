import Foundation
import GRDB
package import Model
import Time

extension EventJournal {
    /// Whether anything in these lanes may be ready, or something has become due: a cheap look before a claim, which takes
    /// the lock.
    package func hasClaimableEvents(
        lanes: ClosedRange<Lane> = .compliance ... .bulk
    ) async throws(JournalError) -> Bool {
        try await read { [time] db in
            try Bool.fetchOne(
                db.cachedStatement(sql: EventTable.peekSQL),
                arguments: [lanes.lowerBound.rawValue, lanes.upperBound.rawValue, time.read().wall]
            ) ?? false
        }
    }

    /// Claims events in the order of lane, then of due time, never two that share a person or a contact.
    ///
    /// - Parameters:
    ///   - owner: The worker that takes them.
    ///   - limit: How many at most.
    ///   - lanes: From which lanes. Lanes rank people: whoever has something urgent waiting is in that lane with what comes
    ///     before it.
    ///   - rota: Whose turn it is among the lanes that have something.
    ///   - leaseDuration: How long the claim lasts unless it is renewed.
    /// - Returns: The events, now running under a lease, and the rota after them.
    /// - Throws: `JournalError`; then nothing is claimed.
    package func claim(
        owner: String,
        limit: Int,
        lanes: ClosedRange<Lane> = .compliance ... .bulk,
        rota: LaneRota,
        leaseDuration: Duration
    ) async throws(JournalError) -> (events: [ClaimedEvent], rota: LaneRota) {
        let (rows, rota) = try await write { [time] db in
            let claim = Claim(owner: owner, now: time.read(), leaseMilliseconds: leaseDuration.wholeMilliseconds)
            var rota = rota
            try EventTable.promoteDueEvents(now: claim.now.wall, db)
            var queue = ReadyQueue(lanes: lanes, limit: limit, claim: claim)
            var claimed: [ClaimedRow] = []
            while claimed.count < limit, let row = try queue.next(&rota, db) { claimed.append(row) }
            return (claimed, rota)
        }
        var events: [ClaimedEvent] = []
        for row in rows {
            if let event = row.read() {
                events.append(event)
            } else {
                // Nothing but a hand in the file writes such a row; it must not stop the claims of all others. Where this can't
                // be written, the lease runs out.
                _ = try? await conclude(row.ticket, with: .dead(.data, "The event's payload can't be read."))
            }
        }
        return (events, rota)
    }

    /// Claims events as above, with a rota of its own.
    package func claim(
        owner: String,
        limit: Int,
        lanes: ClosedRange<Lane> = .compliance ... .bulk,
        leaseDuration: Duration
    ) async throws(JournalError) -> [ClaimedEvent] {
        try await claim(owner: owner, limit: limit, lanes: lanes, rota: LaneRota(), leaseDuration: leaseDuration).events
    }
}
