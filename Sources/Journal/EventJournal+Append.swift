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
        var previous: Data? = last?["chain"]
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
        for callback in callbacks {
            id += 1
            let link = chain.link(
                previous: previous,
                id: id,
                time: callback.receivedAt.milliseconds,
                source: callback.source.rawValue,
                contents: callback.chainedContents
            )
            try insert.execute(arguments: [
                id, callback.receivedAt.milliseconds, callback.source.rawValue, callback.method, callback.query,
                callback.contentType, callback.webhookID, callback.webhookType, callback.body, callback.remoteAddress,
                callback.tokenLabel, callback.isMalformed ? "malformed" : "received", link.salt, link.digest,
                link.chain,
            ])
            previous = link.chain
            ids.append(id)
        }
        return ids
    }
}

extension NewCallback {
    /// What the digest covers, in the order that the verification repeats.
    var chainedContents: [Data?] {
        [method, query, contentType, webhookID, webhookType].map { $0.map { Data($0.utf8) } }
            + [body]
            + [remoteAddress, tokenLabel].map { $0.map { Data($0.utf8) } }
    }
}
