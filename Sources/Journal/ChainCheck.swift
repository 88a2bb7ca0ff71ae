import Foundation
import GRDB

/// Follows a chain from its first row to its last, and names what was changed, taken away or put in.
///
/// Rows that were pruned or erased are judged by digest and link: their contents are gone, and the salt with them.
struct ChainCheck: Sendable {
    private let table: ChainedTable
    private let chain: Chain
    private var previous: Data?
    private(set) var lastID: Int64 = 0
    private(set) var faults = CheckFaults()
    private(set) var rows = 0

    init(_ table: ChainedTable, chain: Chain) {
        self.table = table
        self.chain = chain
    }

    /// The end of the chain, in hex: whoever notes it elsewhere can tell later that nothing before it changed.
    var head: String? {
        previous.map { $0.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() }
    }

    /// Takes the next row, in the order of ids.
    mutating func follow(_ link: StoredLink) {
        rows += 1
        if link.id != lastID + 1 {
            let missing =
                link.id == lastID + 2
                ? "row \(link.id - 1) is missing" : "rows \(lastID + 1) to \(link.id - 1) are missing"
            faults.add(CheckFault(table: table.name, row: link.id, sentence: "\(missing) before it"))
        }
        let expected = chain.value(
            previous: previous,
            id: link.id,
            time: link.time,
            source: link.source,
            digest: link.digest
        )
        if expected != link.chain {
            let sentence = "does not follow from the row before: one of the two was changed, put in or taken away"
            faults.add(CheckFault(table: table.name, row: link.id, sentence: sentence))
        }
        if let salt = link.salt {
            if Chain.digest(salt: salt, contents: link.contents) != link.digest {
                faults.add(
                    CheckFault(table: table.name, row: link.id, sentence: "holds other contents than when it came")
                )
            }
        } else if !link.isEmptied {
            faults.add(
                CheckFault(table: table.name, row: link.id, sentence: "was emptied by other means than prune or erase")
            )
        }
        // The next row is judged by what this one claims, so that one change is named once or twice and not from there on.
        previous = link.chain
        lastID = link.id
    }
}

/// What a row of a chain holds.
struct StoredLink: Sendable {
    var id: Int64
    var time: Int64
    var source: String
    var salt: Data?
    var digest: Data
    var chain: Data
    /// What the digest covers.
    var contents: [Data?]
    /// Whether the row says that its contents were taken away.
    var isEmptied: Bool
}

/// The tables whose rows are chained.
enum ChainedTable: String, CaseIterable, Sendable {
    case callback
    case consentChange = "consent_change"

    var name: String { rawValue }

    /// Rows after an id, in order; parameters are the id and how many at most.
    var pageSQL: String {
        switch self {
        case .callback:
            """
            SELECT id, received_at AS time, source, salt, digest, chain, state IN ('pruned', 'erased') AS is_emptied,
                method, query, content_type, webhook_id, webhook_type, body, remote_address, token_label
            FROM callback WHERE id > ? ORDER BY id LIMIT ?
            """
        case .consentChange:
            """
            SELECT id, recorded_at AS time, source, salt, digest, chain, person IS NULL AS is_emptied,
                person, list_id, change, reason, CAST(occurred_at AS TEXT), CAST(event_id AS TEXT)
            FROM consent_change WHERE id > ? ORDER BY id LIMIT ?
            """
        }
    }
}

extension StoredLink {
    /// A row of `ChainedTable.pageSQL`: seven columns of the link's own, then its contents in the digest's order.
    init(row: Row) {
        self.init(
            id: row["id"],
            time: row["time"],
            source: row["source"],
            salt: row["salt"],
            digest: row["digest"] as Data? ?? Data(),
            chain: row["chain"] as Data? ?? Data(),
            contents: row.databaseValues.dropFirst(7).map(Self.bytes),
            isEmptied: row["is_emptied"]
        )
    }

    private static func bytes(of value: DatabaseValue) -> Data? {
        switch value.storage {
        case .blob(let data): data
        case .string(let text): Data(text.utf8)
        default: nil
        }
    }
}

extension JournalReader {
    /// Follows one chain, in pages of at most 500 rows or about 4 MiB.
    func checkChain(_ table: ChainedTable, chain: Chain) async throws(JournalError) -> ChainCheck {
        var check = ChainCheck(table, chain: chain)
        while true {
            let page = try await links(table, after: check.lastID)
            guard !page.isEmpty else { return check }
            for link in page { check.follow(link) }
        }
    }

    private func links(_ table: ChainedTable, after id: Int64) async throws(JournalError) -> [StoredLink] {
        try await read { db in
            let rows = try Row.fetchCursor(db.cachedStatement(sql: table.pageSQL), arguments: [id, 500])
            var links: [StoredLink] = []
            var bytes = 0
            while bytes < 4 << 20, let row = try rows.next() {
                let link = StoredLink(row: row)
                bytes += link.contents.reduce(0) { $0 + ($1?.count ?? 0) }
                links.append(link)
            }
            return links
        }
    }
}
