import GRDB
import Time

/// What is past the deadline of opt-outs.
package struct OverdueReport: Hashable, Sendable {
    package struct OptOut: Hashable, Sendable {
        package var eventID: Int64
        package var state: String
        package var ageSeconds: Double
        package var lastError: String?
    }

    /// Opt-outs that should be carried out by now, the oldest first, a thousand at most.
    package var optOuts: [OptOut]
    /// The age of the oldest callback that is not decoded, where it is past the deadline: it may be an opt-out.
    package var undecodedSeconds: Double?
}

extension JournalReader {
    static let overdueSQL = """
        SELECT id, state, received_at, last_error FROM event
        WHERE opt_out = 1 AND state <> 'completed' AND accepted_reason IS NULL
            AND (state IN ('dead', 'discarded') OR ? - received_at > ?)
        ORDER BY received_at LIMIT 1000
        """

    /// Everything that is past the deadline now.
    package func overdue() async throws(JournalError) -> OverdueReport {
        try await read { [time] db in
            let now = time.read().wall
            let deadline = try StatusQueries.optOutDeadline(db)
            let rows = try Row.fetchAll(db.cachedStatement(sql: Self.overdueSQL), arguments: [now, deadline])
            let oldest = try StatusQueries.oldestUndecoded(db).map { max(0, now - $0) }
            return OverdueReport(
                optOuts: rows.map { row in
                    OverdueReport.OptOut(
                        eventID: row["id"],
                        state: row["state"],
                        ageSeconds: Double(max(0, now - (row["received_at"] as Int64))) / 1000,
                        lastError: row["last_error"]
                    )
                },
                undecodedSeconds: oldest.flatMap { $0 > deadline ? Double($0) / 1000 : nil }
            )
        }
    }
}
