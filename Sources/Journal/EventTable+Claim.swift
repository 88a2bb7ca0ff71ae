import GRDB
import Model
import Time

extension EventTable {
    /// Whether anything is ready or due.
    ///
    /// The indexes are named because SQLite prefers a whole covering index, the history with it, to the partial one that an
    /// idle worker's question needs.
    static let peekSQL = """
        SELECT EXISTS (SELECT 1 FROM event INDEXED BY event_ready WHERE state = 'available')
            OR EXISTS (
                SELECT 1 FROM event INDEXED BY event_due
                WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND available_at <= ?)
        """

    /// Events that could run if nobody of their person were busy, in the order of the claim.
    ///
    /// Claimable (rule 2) is an event when nothing with its person or its contact is running, and no earlier one of them is
    /// waiting to run; an opt-out waits only for a running one. Snoozed, dead and finished events hold nothing back.
    static let claimableSQL = """
        SELECT e.id, e.person, e.previous_person, e.contact_id
        FROM event AS e
        WHERE e.state = 'available'
            AND e.lane BETWEEN ? AND ?
            AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.person = e.person AND r.state = 'running')
            AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.contact_id = e.contact_id AND r.state = 'running')
            AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.previous_person = e.person AND r.state = 'running')
            AND (e.previous_person IS NULL OR (
                NOT EXISTS (SELECT 1 FROM event AS r WHERE r.person = e.previous_person AND r.state = 'running')
                AND NOT EXISTS (
                    SELECT 1 FROM event AS r WHERE r.previous_person = e.previous_person AND r.state = 'running')))
            AND (e.opt_out = 1 OR (
                NOT EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.person = e.person AND w.state IN ('available', 'retryable')
                        AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
                AND NOT EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.contact_id = e.contact_id AND w.state IN ('available', 'retryable')
                        AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
                AND NOT EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.previous_person = e.person AND w.state IN ('available', 'retryable')
                        AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
                AND (e.previous_person IS NULL OR (
                    NOT EXISTS (
                        SELECT 1 FROM event AS w
                        WHERE w.person = e.previous_person AND w.state IN ('available', 'retryable')
                            AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
                    AND NOT EXISTS (
                        SELECT 1 FROM event AS w
                        WHERE w.previous_person = e.previous_person AND w.state IN ('available', 'retryable')
                            AND (w.occurred_at, w.id) < (e.occurred_at, e.id))))
            ))
        ORDER BY e.lane, e.available_at, e.id
        """

    /// Whatever is in some worker's hands.
    static let runningSQL = "SELECT 1 FROM event INDEXED BY event_leased WHERE state = 'running'"

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

    /// Up to `limit` claimable events that share neither person nor contact with one another.
    static func claimableIDs(limit: Int, lanes: ClosedRange<Lane>, _ db: Database) throws -> [Int64] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: claimableSQL),
            arguments: [lanes.lowerBound.rawValue, lanes.upperBound.rawValue]
        )
        var ids: [Int64] = []
        var held: Set<String> = []
        while ids.count < limit, let row = try rows.next() {
            let people = [row["person"] as String?, row["previous_person"]].compactMap { $0.map { "person:" + $0 } }
            let keys = people + [row["contact_id"] as String?].compactMap { $0.map { "contact:" + $0 } }
            guard held.isDisjoint(with: keys) else { continue }
            held.formUnion(keys)
            ids.append(row["id"])
        }
        return ids
    }

    static func claimRow(
        id: Int64,
        owner: String,
        now: TimeReading,
        leaseMilliseconds: Int64,
        _ db: Database
    ) throws -> Row {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE event SET
                        state = 'running', claim = claim + 1, attempt = attempt + 1, claimed_at = ?, lease_owner = ?,
                        lease_until = ?, lease_boot_id = ?, lease_until_boot = ?
                    WHERE id = ? AND state = 'available'
                    RETURNING *
                    """
            ),
            arguments: [
                now.wall, owner, now.wall + leaseMilliseconds, now.bootID, now.boot + leaseMilliseconds, id,
            ]
        )
        guard let row else { throw JournalError.notFound("available event \(id)") }
        return row
    }
}
