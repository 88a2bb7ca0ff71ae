import GRDB
import Model
import Time

/// What a prune is about to do, the same for all its statements.
struct PruneLimits: Sendable {
    var cutoff: Int64
    var age: Int64
    var now: TimeReading

    /// The parameters that `sql` names, `more` among them.
    func arguments(
        of sql: String,
        _ more: [String: (any DatabaseValueConvertible)?]
    ) -> StatementArguments {
        let values: [String: (any DatabaseValueConvertible)?] = [
            "cutoff": cutoff, "age": age, "wall": now.wall, "boot": now.boot, "boot_id": now.bootID,
        ]
        return StatementArguments(values.merging(more) { $1 }.filter { sql.namesParameter($0.key) })
    }
}

extension JournalReader {
    /// The next rows of a walk, by key.
    func pruneRows(
        _ target: PruneTarget,
        after id: Int64,
        limits: PruneLimits,
        limit: Int
    ) async throws(JournalError) -> [PruneRow] {
        let sql = PruneStatements(target).walk
        return try await read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: sql),
                arguments: limits.arguments(of: sql, ["after": id, "limit": limit])
            ).map { row in
                PruneRow(
                    id: row["id"],
                    bytes: row["bytes"],
                    isOld: row["is_old"],
                    verdict: PruneRow.Verdict(rawValue: row["verdict"]) ?? .kept
                )
            }
        }
    }

    /// Where the walk of this kind starts: 0 for the first row.
    func pruneCursor(_ target: PruneTarget) async throws(JournalError) -> Int64 {
        guard let name = target.cursorName else { return 0 }
        return try await read { db in
            try Int64.fetchOne(
                db,
                sql: "SELECT CAST(value AS INTEGER) FROM checkpoint WHERE name = ?",
                arguments: [name]
            )
                ?? 0
        }
    }
}

extension EventJournal {
    /// Takes the details of these rows away, and remembers how far the walk has come, in one transaction.
    ///
    /// - Returns: How many rows were changed; one that is needed again by now is left alone.
    func prune(
        _ target: PruneTarget,
        ids: [Int64],
        cursor: Int64?,
        limits: PruneLimits
    ) async throws(JournalError) -> Int {
        let statements = PruneStatements(target)
        let list = "[" + ids.map(String.init).joined(separator: ",") + "]"
        return try await write { db in
            for sql in statements.changes {
                try db.cachedStatement(sql: sql).execute(arguments: limits.arguments(of: sql, ["ids": list]))
            }
            let count = db.changesCount
            if let cursor, let name = target.cursorName {
                try CheckpointTable.set(name, to: String(cursor), now: limits.now.wall, db)
            }
            return count
        }
    }

    /// Takes the turn of the prune that every worker would do now and then.
    ///
    /// - Returns: Whether it is this caller's: nobody took it within `interval`.
    package func takePruneTurn(interval: Duration) async throws(JournalError) -> Bool {
        let now = time.read().wall
        let isDue: @Sendable (Database) throws -> Bool = { db in
            let last = try Int64.fetchOne(db, sql: "SELECT updated_at FROM checkpoint WHERE name = 'prune'")
            // A turn in the future was taken before the clock was set back.
            return last.map { $0 <= now - interval.wholeMilliseconds || $0 > now } ?? true
        }
        guard try await read(isDue) else { return false }
        return try await write { db in
            guard try isDue(db) else { return false }
            try CheckpointTable.set("prune", to: "", now: now, db)
            return true
        }
    }

    /// Gives up to `pages` free pages back to the file system.
    ///
    /// - Returns: How the pages are used then.
    func releaseFreePages(_ pages: Int) async throws(JournalError) -> PageUse {
        try await write { db in
            try db.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
            return try PageUse(db)
        }
    }
}

extension JournalReader {
    /// How the file's pages are used.
    func pageUse() async throws(JournalError) -> PageUse {
        try await read(PageUse.init(_:))
    }
}

/// How the file's pages are used.
struct PageUse: Hashable, Sendable {
    var pageSize: Int
    var pages: Int
    var freePages: Int
    /// Whether free pages can be given back bit by bit; a file of version 0.1 must be vacuumed once for that.
    var canRelease: Bool

    init(_ db: Database) throws {
        pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        freePages = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        canRelease = try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2
    }
}

extension CheckpointTable {
    static func set(_ name: String, to value: String, now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO checkpoint (name, value, updated_at) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                """
        )
        .execute(arguments: [name, value, now])
    }
}

extension String {
    /// Whether this statement has a parameter of that name.
    func namesParameter(_ name: String) -> Bool {
        ranges(of: ":" + name).contains { range in
            range.upperBound == endIndex || !(self[range.upperBound].isLetter || self[range.upperBound] == "_")
        }
    }
}
