import Foundation
import GRDB
import Model

extension EventJournal {
    /// Appends deliveries in one commit; they are on disk when this returns.
    ///
    /// - Returns: The ids of the rows, in the order of `callbacks`.
    /// - Throws: `JournalError.busy` or `.unwritable`, in which case none of them was stored.
    package func append(_ callbacks: [NewCallback]) async throws(JournalError) -> [Int64] {
        guard !callbacks.isEmpty else { return [] }
        return try await write { [chain] db in
            try CallbackTable.append(callbacks, to: db, chain: chain)
        }
    }
}

/// The statements of `callback`.
enum CallbackTable {
    static func append(_ callbacks: [NewCallback], to db: Database, chain: Chain) throws -> [Int64] {
        let last = try Row.fetchOne(db.cachedStatement(sql: "SELECT id, chain FROM callback ORDER BY id DESC LIMIT 1"))
        var id: Int64 = last?["id"] ?? 0
        let previous: Data? = last?["chain"]
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO callback (
                    id, received_at, source, method, query, content_type, webhook_id, webhook_type, body, remote_address,
                    token_label, state, salt, digest, chain
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        var ids: [Int64] = []
        ids.reserveCapacity(callbacks.count)
        var links = ChainLinks(chain: chain, previous: previous)
        let row = BoundStatement(insert)
        for callback in callbacks {
            id += 1
            let source = callback.source.rawValue
            let link = links.next(
                id: id,
                time: callback.receivedAt.milliseconds,
                source: source,
                contents: callback.addContents
            )
            try link.lend { salt, digest, chain in
                try row.run(lending: callback.body, at: 9) { values in
                    values.bind(id)
                    values.bind(callback.receivedAt.milliseconds)
                    values.bind(source)
                    values.bind(callback.method)
                    values.bind(callback.query)
                    values.bind(callback.contentType)
                    values.bind(callback.webhookID)
                    values.bind(callback.webhookType)
                    values.skip()
                    values.bind(callback.remoteAddress)
                    values.bind(callback.tokenLabel)
                    values.bind(callback.isMalformed ? "malformed" : "received")
                    values.bind(lent: salt)
                    values.bind(lent: digest)
                    values.bind(lent: chain)
                }
            }
            ids.append(id)
        }
        return ids
    }
}

extension NewCallback {
    /// What the digest covers, in the order that the verification repeats.
    func addContents(to message: inout ChainMessage) {
        for text in [method, query, contentType, webhookID, webhookType] { message.add(text) }
        message.add(body)
        for text in [remoteAddress, tokenLabel] { message.add(text) }
    }
}
