import GRDB
package import Model

/// Which opt-outs an audit is about.
package struct OptOutQuery: Hashable, Sendable {
    /// Only those received at or after this time.
    package var since: Timestamp?
    /// Only those received before this time.
    package var until: Timestamp?
    /// Only those past the deadline, or that ended without being carried out.
    package var isOverdueOnly: Bool

    package init(since: Timestamp? = nil, until: Timestamp? = nil, isOverdueOnly: Bool = false) {
        self.since = since
        self.until = until
        self.isOverdueOnly = isOverdueOnly
    }
}

/// Where a page of an audit ended, so that the next one goes on behind it.
package struct OptOutPlace: Hashable, Sendable {
    package var receivedAt: Timestamp
    package var eventID: Int64

    package init(receivedAt: Timestamp, eventID: Int64) {
        self.receivedAt = receivedAt
        self.eventID = eventID
    }

    /// The place of a row; nil for one without its columns.
    package init?(_ row: TableRow) {
        guard case .integer(let id) = row["event_id"], case .integer(let time) = row["received_at"] else { return nil }
        self.init(receivedAt: Timestamp(milliseconds: time), eventID: id)
    }
}

extension JournalReader {
    /// The columns of `opt_out_audit`, in its order.
    package static let optOutAuditColumns = [
        "event_id", "person", "source", "reason", "occurred_at", "received_at", "state", "records", "confirmed_at",
        "seconds_to_confirm", "overdue", "outcome", "accepted_reason",
    ]

    static let optOutAuditSQL = auditSQL(overdueOnly: false)
    static let overdueAuditSQL = auditSQL(overdueOnly: true)

    /// What is overdue is not completed, so that a small index leads to it.
    private static func auditSQL(overdueOnly: Bool) -> String {
        """
        SELECT \(optOutAuditColumns.joined(separator: ", ")) FROM opt_out_audit
        WHERE received_at >= ?1 AND (received_at > ?1 OR event_id > ?2) AND received_at < ?3
            \(overdueOnly ? "AND state <> 'completed' AND overdue" : "")
        ORDER BY received_at, event_id LIMIT ?4
        """
    }

    /// Rows of `opt_out_audit`, in the order of their receipt.
    ///
    /// Keyed paging keeps each read short however long the audit: pass the place of the last row.
    ///
    /// - Parameters:
    ///   - query: Which ones.
    ///   - place: Only rows after this one.
    ///   - limit: How many at most.
    /// - Returns: The rows, columns as in the view.
    /// - Throws: `JournalError`.
    package func optOutAudit(
        _ query: OptOutQuery = OptOutQuery(),
        after place: OptOutPlace? = nil,
        limit: Int = 500
    ) async throws(JournalError) -> [TableRow] {
        let since = query.since?.milliseconds ?? 0
        // Behind the last row of a page, but never before the beginning.
        let place = place.flatMap { $0.receivedAt.milliseconds >= since ? $0 : nil }
        return try await read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: query.isOverdueOnly ? Self.overdueAuditSQL : Self.optOutAuditSQL),
                arguments: [
                    place?.receivedAt.milliseconds ?? since, place?.eventID ?? 0, query.until?.milliseconds ?? .max,
                    limit,
                ]
            ).map(TableRow.init(row:))
        }
    }
}
