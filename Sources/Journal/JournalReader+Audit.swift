import GRDB
package import Model

extension JournalReader {
    static let optOutAuditSQL = """
        SELECT event_id, person, source, reason, occurred_at, received_at, state, records, confirmed_at,
            seconds_to_confirm, overdue
        FROM opt_out_audit
        WHERE event_id > ? AND received_at >= ? AND (? = 0 OR overdue)
        ORDER BY event_id LIMIT ?
        """

    /// Rows of `opt_out_audit`, by event id.
    ///
    /// Keyed paging keeps each read short however long the audit: pass the last `event_id` as `after`.
    ///
    /// - Parameters:
    ///   - since: Only opt-outs received at or after this time.
    ///   - isOverdueOnly: Only those past the deadline, or that ended without being carried out.
    ///   - eventID: Only rows after this one.
    ///   - limit: How many at most.
    /// - Returns: The rows, columns as in the view.
    /// - Throws: `JournalError`.
    package func optOutAudit(
        since: Timestamp? = nil,
        isOverdueOnly: Bool = false,
        after eventID: Int64 = 0,
        limit: Int = 500
    ) async throws(JournalError) -> [TableRow] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: Self.optOutAuditSQL),
                arguments: [eventID, since?.milliseconds ?? 0, isOverdueOnly, limit]
            ).map(TableRow.init(row:))
        }
    }
}
