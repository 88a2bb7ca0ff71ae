import GRDB
import Model
import Time

/// Which events may be claimed is said by the view `claimable_event`; the triggers of the migrations keep its candidates at
/// hand in `ready`, so that a claim costs the same whatever waits or is held.
extension EventTable {
    /// Whether anything in these lanes is ready, or anything is due.
    static let peekSQL = """
        SELECT EXISTS (SELECT 1 FROM ready WHERE rank BETWEEN ? AND ?)
            OR EXISTS (
                SELECT 1 FROM event INDEXED BY event_due
                WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND available_at <= ?)
        """

    /// Whether anything is available, held or not.
    static let availableSQL = """
        SELECT EXISTS (
            SELECT 1 FROM lane AS l WHERE EXISTS (
                SELECT 1 FROM event AS e INDEXED BY event_open
                WHERE e.finalized_at IS NULL AND e.lane = l.number AND e.state = 'available'))
        """

    /// Whatever is in some worker's hands.
    static let runningSQL = "SELECT 1 FROM event INDEXED BY event_running_by_person WHERE state = 'running'"

    /// Candidates of one lane, in the order of the claim.
    static let candidatesSQL = "SELECT event_id, since FROM ready WHERE rank = ? ORDER BY since, event_id LIMIT ?"

    static let isClaimableSQL = "SELECT EXISTS (SELECT 1 FROM claimable_event WHERE id = ?)"

    static let promoteSQL = """
        UPDATE event SET state = 'available' WHERE id IN (
            SELECT id FROM event
            WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND available_at <= ?
            ORDER BY available_at LIMIT 1000
        )
        """

    /// Makes events available whose backoff or snooze has passed.
    static func promoteDueEvents(now: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: promoteSQL).execute(arguments: [now])
    }

    static func isClaimable(_ eventID: Int64, _ db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: isClaimableSQL), arguments: [eventID]) ?? false
    }

    /// Drops a candidate that has become held; the triggers put it back when what holds it goes.
    static func dropCandidate(_ eventID: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM ready WHERE event_id = ?").execute(arguments: [eventID])
    }

    static func claimRow(
        id: Int64,
        owner: String,
        now: TimeReading,
        leaseMilliseconds: Int64,
        _ db: Database
    ) throws -> ClaimedRow {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE event SET
                        state = 'running', claim = claim + 1, attempt = attempt + 1, claimed_at = ?, lease_owner = ?,
                        lease_until = ?, lease_boot_id = ?, lease_until_boot = ?
                    WHERE id = ? AND state = 'available'
                    RETURNING \(ClaimedRow.columns)
                    """
            ),
            arguments: [
                now.wall, owner, now.wall + leaseMilliseconds, now.bootID, now.boot + leaseMilliseconds, id,
            ]
        )
        guard let row else { throw JournalError.notFound("available event \(id)") }
        return ClaimedRow(row: row)
    }
}
