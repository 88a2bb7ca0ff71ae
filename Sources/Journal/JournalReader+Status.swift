import GRDB
import Model
import Time

extension JournalReader {
    /// The queue at a glance, from partial indexes only, so that its cost does not grow with the history.
    package func status() async throws(JournalError) -> JournalStatus {
        var status = try await read { [time] db in
            let now = time.read().wall
            var status = JournalStatus()
            status.depths = try StatusQueries.depths(now: now, db)
            status.undecodedCallbacks = try StatusQueries.undecodedCallbacks(db)
            if let oldest = try StatusQueries.oldestUndecoded(db) {
                let age = max(0, now - oldest)
                status.oldestUndecodedSeconds = Double(age) / 1000
                status.isDecodingOverdue = try age > StatusQueries.optOutDeadline(db)
            }
            status.profilesAwaited =
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT count(*) FROM event WHERE waits_for = 'profile'")
                ) ?? 0
            (status.optOutsPending, status.optOutsOverdue) = try StatusQueries.openOptOuts(now: now, db)
            status.drifts = try StatusQueries.drifts(now: now, db)
            status.sweepLeftOut = try SweepTable.checkpoint(db)?.skipped.map(\.rawValue) ?? []
            status.pauses = try SettingTable.pauses(db).map {
                JournalStatus.Pause(subject: $0.subject.name, reason: $0.reason, until: $0.until.milliseconds)
            }
            status.apiUsage = try SettingTable.apiUsage(db)
            return status
        }
        status.walBytes = walBytes
        status.walAlarm = try await walAlarm()
        return status
    }

    /// Whether there is nothing to do: all is decoded, and nothing is available, running, or due before `horizon`.
    ///
    /// The horizon is in milliseconds since 1970 UTC. What waits for a profile waits for budget, and is not counted.
    package func isDrained(horizon: Int64) async throws(JournalError) -> Bool {
        try await read { db in
            guard try StatusQueries.undecodedCallbacks(db) == 0 else { return false }
            let isBusy = try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT (\(EventTable.peekSQL)) OR (\(EventTable.availableSQL))
                            OR EXISTS (\(EventTable.runningSQL))
                        """
                ),
                arguments: [Lane.compliance.rawValue, Lane.bulk.rawValue, horizon]
            )
            return isBusy == false
        }
    }

    /// How many dead letters there are that died at or after `since` (milliseconds since 1970 UTC).
    package func deadLetterCount(since: Int64 = 0) async throws(JournalError) -> Int {
        try await read { db in
            try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM event WHERE state = 'dead' AND finalized_at >= ?",
                arguments: [since]
            ) ?? 0
        }
    }
}

/// The statements behind `status` and the metrics.
enum StatusQueries {
    static func depths(now: Int64, _ db: Database) throws -> [JournalStatus.Depth] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT lane, state, count(*) AS count, min(received_at) AS oldest FROM (
                        SELECT lane, state, received_at FROM event INDEXED BY event_open WHERE finalized_at IS NULL
                        UNION ALL
                        SELECT lane, state, received_at FROM event WHERE state = 'dead'
                    ) GROUP BY lane, state ORDER BY lane, state
                    """
            )
        )
        return rows.map { row in
            JournalStatus.Depth(
                lane: row["lane"],
                state: row["state"],
                count: row["count"],
                oldestSeconds: Double(max(0, now - (row["oldest"] as Int64))) / 1000
            )
        }
    }

    static func undecodedCallbacks(_ db: Database) throws -> Int {
        let last = try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM callback") ?? 0
        return Int(last - (try CheckpointTable.decodeCursor(db)))
    }

    /// When the first callback that is not decoded was received; nil where all are.
    static func oldestUndecoded(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT received_at FROM callback WHERE id > ? ORDER BY id LIMIT 1"),
            arguments: [CheckpointTable.decodeCursor(db)]
        )
    }

    static let driftsSQL = """
        SELECT count(*) FROM event WHERE action = 'opt_out_drift' AND received_at > ?
        """

    /// How many drifts were found in the last 30 days.
    static func drifts(now: Int64, _ db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: driftsSQL), arguments: [now - 30 * 86_400_000]) ?? 0
    }

    /// How long an opt-out may take, in milliseconds, as the worker stored it.
    static func optOutDeadline(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'optOut.deadline'")
        ) ?? 300_000
    }

    /// How many opt-outs are not carried out, and how many of them are overdue.
    static func openOptOuts(now: Int64, _ db: Database) throws -> (pending: Int, overdue: Int) {
        let deadline = try optOutDeadline(db)
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT
                        count(*) FILTER (WHERE state NOT IN ('dead', 'discarded')),
                        count(*) FILTER (WHERE state IN ('dead', 'discarded') OR ? - received_at > ?)
                    FROM event WHERE opt_out = 1 AND state <> 'completed' AND accepted_reason IS NULL
                    """
            ),
            arguments: [now, deadline]
        )
        return (row?[0] ?? 0, row?[1] ?? 0)
    }
}
