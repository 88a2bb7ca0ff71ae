import Foundation
import GRDB
import Model
import Time

extension EventJournal {
    /// Extends the leases that `owner` still holds on these events.
    ///
    /// - Returns: For each event whose lease was extended, when it ends now, in milliseconds of the boot clock. An event that
    ///   is missing was taken over: whoever works on it must stop.
    package func renewLeases(
        _ tickets: [ClaimTicket],
        leaseDuration: Duration
    ) async throws(JournalError) -> [Int64: Int64] {
        guard !tickets.isEmpty else { return [:] }
        return try await write { [time] db in
            let now = time.read()
            let milliseconds = leaseDuration.wholeMilliseconds
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE event SET lease_until = ?, lease_boot_id = ?, lease_until_boot = ?
                    WHERE id = ? AND claim = ? AND lease_owner = ? AND state = 'running'
                    """
            )
            var renewed: [Int64: Int64] = [:]
            for ticket in tickets {
                try statement.execute(arguments: [
                    now.wall + milliseconds, now.bootID, now.boot + milliseconds, ticket.eventID, ticket.claim,
                    ticket.owner,
                ])
                if db.changesCount == 1 { renewed[ticket.eventID] = now.boot + milliseconds }
            }
            return renewed
        }
    }

    /// Takes back what workers hold no more: events whose lease ran out, and all of the owners that are known to be dead.
    ///
    /// Each gets an attempt with outcome `lost`. It may run again at once, unless it has used all its attempts: a worker that
    /// dies over and over on the same event must not take the others with it for ever.
    ///
    /// - Returns: How many events were taken back.
    package func rescue(deadOwners: Set<String>, maxAttempts: Int) async throws(JournalError) -> Int {
        try await write { [time] db in
            let now = time.read()
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id, claim, attempt, opt_out, lease_owner, lease_boot_id, lease_until, lease_until_boot
                        FROM event INDEXED BY event_running_by_person WHERE state = 'running'
                        """
                )
            )
            var count = 0
            for row in rows {
                let isOfThisBoot = row["lease_boot_id"] == now.bootID
                let isExpired =
                    isOfThisBoot
                    ? (row["lease_until_boot"] as Int64) < now.boot : (row["lease_until"] as Int64) < now.wall
                guard isExpired || deadOwners.contains(row["lease_owner"]) else { continue }
                let ticket = ClaimTicket(eventID: row["id"], claim: row["claim"], owner: row["lease_owner"])
                // As with every other end of a try, an opt-out has ten times as many.
                let isUsedUp = (row["attempt"] as Int) >= maxAttempts * (row["opt_out"] ? 10 : 1)
                // A worker that was stopped, or had no journal to write to for that long, may well live.
                let isDead = deadOwners.contains(ticket.owner)
                let text =
                    "The worker \(isDead ? "died while it had the event" : "lost its lease on the event"); what it sent is "
                    + "looked up before anything is sent again."
                try EventTable.end(
                    ticket,
                    now: now.wall,
                    with: EventTable.Ending(
                        state: isUsedUp ? "dead" : "available",
                        attemptOutcome: "lost",
                        availableAt: now.wall,
                        isCharged: true,
                        errorClass: .lostAnswer,
                        errorText: text
                    ),
                    db
                )
                try EffectTable.markOpenEffectsUnknown(eventID: ticket.eventID, db)
                count += 1
            }
            return count
        }
    }
}

extension JournalReader {
    /// The workers that hold leases now.
    package func leaseOwners() async throws(JournalError) -> Set<String> {
        try await read { db in
            try String.fetchSet(
                db.cachedStatement(
                    sql:
                        "SELECT DISTINCT lease_owner FROM event INDEXED BY event_running_by_person WHERE state = 'running'"
                )
            )
        }
    }

    /// Whether there is anything to rescue: a cheap look before the rescue itself, which takes the lock.
    package func hasLostLeases(deadOwners: Set<String>) async throws(JournalError) -> Bool {
        guard deadOwners.isEmpty else { return true }
        return try await read { [time] db in
            let now = time.read()
            return try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (
                            SELECT 1 FROM event INDEXED BY event_running_by_person WHERE state = 'running'
                                AND iif(lease_boot_id = ?, lease_until_boot < ?, lease_until < ?))
                        """
                ),
                arguments: [now.bootID, now.boot, now.wall]
            ) ?? false
        }
    }
}
