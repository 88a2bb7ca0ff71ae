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
                WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND held_by IS NULL AND available_at <= ?)
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

    /// The event as it will be once it is claimed, where it may be.
    static let claimableSQL = """
        SELECT \(ClaimedRow.columns) FROM event WHERE id = ?1 AND EXISTS (SELECT 1 FROM claimable_event WHERE id = ?1)
        """

    static let claimSQL = """
        UPDATE event SET
            state = 'running', claim = claim + 1, attempt = attempt + 1, claimed_at = ?, lease_owner = ?, lease_until = ?,
            lease_boot_id = ?, lease_until_boot = ?
        WHERE id = ?
        """

    static let promoteSQL = """
        UPDATE event SET state = 'available' WHERE id IN (
            SELECT id FROM event INDEXED BY event_due
            WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND held_by IS NULL AND available_at <= ?
            ORDER BY available_at LIMIT 1000
        )
        """

    static let promoteComplianceSQL = """
        UPDATE event SET state = 'available' WHERE id IN (
            SELECT id FROM event INDEXED BY event_due_compliance
            WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND held_by IS NULL AND lane = 0
                AND available_at <= ?
            ORDER BY available_at LIMIT 1000
        )
        """

    /// Makes events available whose backoff or snooze has passed: a thousand of the compliance lane, which must not wait for
    /// whatever else came due before, and a thousand of all.
    static func promoteDueEvents(now: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: promoteComplianceSQL).execute(arguments: [now])
        try db.cachedStatement(sql: promoteSQL).execute(arguments: [now])
    }

    /// Drops a candidate that has become held; the triggers put it back when what holds it goes.
    static func dropCandidate(_ eventID: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM ready WHERE event_id = ?").execute(arguments: [eventID])
    }

    /// Claims the event if it may be claimed.
    ///
    /// - Parameters:
    ///   - id: The event.
    ///   - claim: Who claims it, and for how long.
    ///   - db: The connection, inside a transaction.
    /// - Returns: The event, running; nil where somebody or something holds it.
    /// - Throws: GRDB's `DatabaseError`.
    static func claim(_ id: Int64, for claim: Claim, _ db: Database) throws -> ClaimedRow? {
        // Read before it is written: SQLite would put what `RETURNING` gives into a table of its own first.
        let row = try BoundStatement(db.cachedStatement(sql: claimableSQL)).first {
            $0.bind(id)
        } _: {
            ClaimedRow(available: $0, claim: claim)
        }
        guard let row else { return nil }
        try BoundStatement(db.cachedStatement(sql: claimSQL)).run { values in
            values.bind(claim.now.wall)
            values.bind(claim.owner)
            values.bind(claim.now.wall + claim.leaseMilliseconds)
            values.bind(claim.now.bootID)
            values.bind(claim.leaseUntilBoot)
            values.bind(id)
        }
        return row
    }
}

/// Who claims, when, and for how long.
struct Claim {
    var owner: String
    var now: TimeReading
    var leaseMilliseconds: Int64

    var leaseUntilBoot: Int64 { now.boot + leaseMilliseconds }
}
