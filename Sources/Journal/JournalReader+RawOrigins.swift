import GRDB

extension JournalReader {
    static let rawOriginSQL = "SELECT callback_id, position FROM delivery WHERE event_id = ? AND duplicate = 0"

    /// Where the raw callbacks of these events are; LeadRelay's own follow-ups have none and are left out.
    package func rawOrigins(of eventIDs: [Int64]) async throws(JournalError) -> [RawOrigin] {
        try await read { db in
            let statement = try db.cachedStatement(sql: Self.rawOriginSQL)
            return try eventIDs.compactMap { id in
                try Row.fetchOne(statement, arguments: [id]).map { row in
                    RawOrigin(eventID: id, callbackID: row["callback_id"], position: row["position"])
                }
            }
        }
    }

    /// A delivery as it was received, for decoding it again.
    ///
    /// - Throws: `JournalError.notFound` where its contents were pruned or erased; the sentence says which.
    package func rawCallback(_ callbackID: Int64) async throws(JournalError) -> UndecodedCallback {
        try await read { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT id, received_at, source, method, query, content_type, webhook_id, webhook_type, body, state
                        FROM callback WHERE id = ?
                        """
                ),
                arguments: [callbackID]
            )
            guard let row else { throw JournalError.notFound("callback \(callbackID)") }
            let state: String = row["state"]
            guard state != "pruned", state != "erased" else {
                throw JournalError.notFound("raw callback \(callbackID) any more: it was \(state)")
            }
            return UndecodedCallback(row: row)
        }
    }
}
