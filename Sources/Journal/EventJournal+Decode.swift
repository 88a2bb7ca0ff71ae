import Foundation
import GRDB
import Model
import Time

extension JournalReader {
    /// The next deliveries to decode, in the order of their ids: at most `limit`, and about 8 MiB of bodies.
    package func undecodedCallbacks(limit: Int) async throws(JournalError) -> [UndecodedCallback] {
        try await read { db in
            let cursor = try CheckpointTable.decodeCursor(db)
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT id, received_at, source, method, query, content_type, webhook_id, webhook_type, body, state
                        FROM callback WHERE id > ? ORDER BY id LIMIT ?
                        """
                ),
                arguments: [cursor, limit]
            )
            var callbacks: [UndecodedCallback] = []
            var bytes = 0
            while bytes < 8 << 20, let row = try rows.next() {
                let callback = UndecodedCallback(row: row)
                bytes += (callback.body?.count ?? 0) + (callback.query?.utf8.count ?? 0)
                callbacks.append(callback)
            }
            return callbacks
        }
    }
}

extension EventJournal {
    /// Turns decoded deliveries into events, in one commit.
    ///
    /// Deliveries are decoded in the order of their ids whatever the number of workers: the transaction starts where the
    /// cursor stands and takes only what follows without a gap, so a worker that was overtaken adds nothing twice.
    ///
    /// - Parameters:
    ///   - decoded: Deliveries in the order of their ids, with their elements.
    ///   - duplicateWindow: How far back the same content without a delivery id counts as the same event.
    /// - Returns: How many events were added, and how many elements pointed at an event that was there.
    /// - Throws: `JournalError`; then nothing is recorded.
    package func record(
        _ decoded: [DecodedCallback],
        duplicateWindow: Duration
    ) async throws(JournalError) -> (added: Int, duplicates: Int) {
        try await write { [time, chain] db in
            let now = time.read().wall
            var cursor = try CheckpointTable.decodeCursor(db)
            var added = 0
            var duplicates = 0
            for item in decoded where item.callback.id == cursor + 1 {
                cursor = item.callback.id
                for element in item.elements {
                    let isNew = try EventTable.insert(
                        element,
                        of: item.callback,
                        duplicateWindow: duplicateWindow,
                        now: now,
                        chain: chain,
                        db
                    )
                    if isNew { added += 1 } else { duplicates += 1 }
                }
                if !item.callback.isMalformed {
                    try db.cachedStatement(
                        sql: "UPDATE callback SET state = 'decoded' WHERE id = ? AND state = 'received'"
                    )
                    .execute(arguments: [cursor])
                }
            }
            try CheckpointTable.setDecodeCursor(cursor, now: now, db)
            return (added, duplicates)
        }
    }
}

/// The statements of `checkpoint`.
enum CheckpointTable {
    static func decodeCursor(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT CAST(value AS INTEGER) FROM checkpoint WHERE name = 'decode'")
        ) ?? 0
    }

    static func setDecodeCursor(_ cursor: Int64, now: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE checkpoint SET value = ?, updated_at = ? WHERE name = 'decode'")
            .execute(arguments: [String(cursor), now])
    }
}

extension UndecodedCallback {
    init(row: Row) {
        self.init(
            id: row["id"],
            receivedAt: Timestamp(milliseconds: row["received_at"]),
            source: Source(rawValue: row["source"]) ?? .getresponse,
            method: row["method"],
            query: row["query"],
            contentType: row["content_type"],
            webhookID: row["webhook_id"],
            webhookType: row["webhook_type"],
            body: row["body"],
            isMalformed: row["state"] == "malformed"
        )
    }
}
