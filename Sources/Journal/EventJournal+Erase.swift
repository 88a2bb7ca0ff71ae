import Foundation
import GRDB
import Model
import Time

extension JournalReader {
    /// What the person is called, those names included that an erasure which was interrupted had noted.
    func names(of person: Person) async throws(JournalError) -> PersonNames {
        try await read { db in try PersonNames(from: Erasure.start(person, db), db) }
    }

    /// Of how many names an erasure is under way, or was interrupted.
    func namesBeingErased() async throws(JournalError) -> Int {
        try await read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM erasure") ?? 0 }
    }

    /// How many rows an erasure would change, by table, those left out that only mention the person.
    func erasureCounts(_ names: PersonNames) async throws(JournalError) -> [String: Int] {
        try await read { db in
            let sql = ErasureStatement.allEventsSQL
            let ids = try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: names.arguments(of: sql))
            var counts: [String: Int] = [:]
            for statement in ErasureStatement.ofEvents {
                counts[statement.table] = try Erasure.count(statement, names, ids: ids, db)
            }
            for statement in ErasureStatement.ofConsent + ErasureStatement.ofNames {
                counts[statement.table] = max(counts[statement.table] ?? 0, try Erasure.count(statement, names, db))
            }
            return counts.filter { $0.value > 0 }
        }
    }

    /// The first event of the person that has to end before it can be erased.
    func heldEvent(of names: PersonNames) async throws(JournalError) -> ErasureRefusal? {
        try await read { db in try Erasure.heldEvent(of: names, db) }
    }

    /// The rows of a table after one of them that name the person, and where to go on; nil at the end.
    func mentions(
        _ mention: PersonMention,
        in table: MentionTable,
        after row: Int64
    ) async throws(JournalError) -> (found: [Int64], last: Int64?) {
        try await read { db in
            var found: [Int64] = []
            var last: Int64?
            var bytes = 0
            let rows = try Row.fetchCursor(db.cachedStatement(sql: table.pageSQL), arguments: [row])
            // A page of large bodies is cut short: no read lasts long.
            while bytes < 4 << 20, let row = try rows.next() {
                last = row["row"]
                bytes += table.columns.reduce(0) { $0 + ((row[$1] as Data?)?.count ?? 0) }
                if table.isMentioned(mention, in: row) { found.append(row["row"]) }
            }
            return (found, last)
        }
    }

    /// The first callback that names the person and that nobody has decoded.
    func undecodedMention(_ mention: PersonMention) async throws(JournalError) -> Int64? {
        var last = try await read { db in try CheckpointTable.decodeCursor(db) }
        while true {
            let page = try await mentions(mention, in: .callback, after: last)
            if let first = page.found.first { return first }
            guard let end = page.last else { return nil }
            last = end
        }
    }
}

extension EventJournal {
    /// Begins an erasure, or goes on with one: notes all names, so that it can be taken up again, keeps the opt-out under
    /// their hashes, and takes the person out of what is known of their consent, in one step.
    ///
    /// - Parameters:
    ///   - person: Whom.
    ///   - keeping: What of the person's consent is kept; nil keeps nothing.
    /// - Returns: The names, what was changed, and why it can't begin.
    /// - Throws: `JournalError`; then nothing is changed.
    func eraseConsent(
        of person: Person,
        keeping: @escaping @Sendable ([ConsentRecord]) -> ConsentRecord?
    ) async throws(JournalError) -> ErasureStep {
        try await write { [time, chain] db in
            let now = time.read().wall
            let names = try PersonNames(from: Erasure.start(person, db), db)
            var step = ErasureStep(names: names)
            step.refusal = try Erasure.heldEvent(of: names, db)
            if step.refusal?.isOpenOptOut == true { return step }
            step.keptHashes = try Erasure.keepOptOut(of: names, keeping, chain.names, now: now, db)
            guard try Erasure.isKnown(names, db) else { return step }
            try Erasure.note(names, now: now, db)
            step.rows = try Erasure.run(ErasureStatement.ofConsent, names, ids: [], now: now, db)
            return step
        }
    }

    /// Erases some of the person's events with all that hangs on them.
    ///
    /// - Returns: How many rows were changed by table; nil where no such event is left.
    /// - Throws: `JournalError`; then nothing is changed.
    func eraseEvents(of names: PersonNames) async throws(JournalError) -> [String: Int]? {
        try await write { [time] db in
            let sql = ErasureStatement.nextEventsSQL
            let ids = try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: names.arguments(of: sql))
            guard !ids.isEmpty else { return nil }
            return try Erasure.run(ErasureStatement.ofEvents, names, ids: ids, now: time.read().wall, db)
        }
    }

    /// Erases what has the person's name without an event of theirs.
    func eraseNames(_ names: PersonNames) async throws(JournalError) -> [String: Int] {
        try await write { [time] db in
            try Erasure.run(ErasureStatement.ofNames, names, ids: [], now: time.read().wall, db)
        }
    }

    /// Takes the person's addresses out of rows that are not about them.
    ///
    /// - Returns: How many rows were changed by table.
    func takeNames(
        _ mention: PersonMention,
        _ names: PersonNames,
        outOf table: MentionTable,
        rows: [Int64]
    ) async throws(JournalError) -> [String: Int] {
        try await write { [time] db in
            var counts: [String: Int] = [:]
            let now = time.read().wall
            for row in rows {
                // Told about nobody, it names this person: a callback that could not be decoded. It is theirs.
                let sql = table == .callback ? Erasure.ownersOfCallbackSQL : Erasure.ownEventSQL
                let own =
                    [.callback, .event].contains(table)
                    ? try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: [row]) : []
                if !own.isEmpty {
                    counts.merge(
                        try Erasure.run(ErasureStatement.ofEvents, names, ids: own, now: now, db),
                        uniquingKeysWith: +
                    )
                }
                if try table.takeNames(mention, outOf: row, db) { counts[table.rawValue, default: 0] += 1 }
            }
            return counts
        }
    }

    /// Ends an erasure: nothing is left to be taken up again.
    func endErasure(of names: PersonNames) async throws(JournalError) {
        try await write { db in
            let sql = "DELETE FROM erasure WHERE name IN (SELECT value FROM json_each(:people))"
            try db.cachedStatement(sql: sql).execute(arguments: names.arguments(of: sql))
        }
    }
}

/// What one step of an erasure came to.
struct ErasureStep: Sendable {
    var names: PersonNames
    var rows: [String: Int] = [:]
    var keptHashes = 0
    var refusal: ErasureRefusal?
}

/// The steps of an erasure within a transaction.
enum Erasure {
    /// The events of a callback that are about nobody, where nothing else is in it.
    static let ownersOfCallbackSQL = """
        SELECT e.id FROM delivery AS d JOIN event AS e ON e.id = d.event_id
        WHERE d.callback_id = ?1 AND e.person IS NULL AND e.erased_at IS NULL AND e.state <> 'running' AND e.opt_out = 0
            AND (SELECT count(*) FROM delivery AS o WHERE o.callback_id = ?1) = 1
        """

    static let ownEventSQL = """
        SELECT id FROM event
        WHERE id = ? AND person IS NULL AND erased_at IS NULL AND state <> 'running' AND opt_out = 0
        """

    /// The name asked for; where its erasure was interrupted, all that had been noted then.
    static func start(_ person: Person, _ db: Database) throws -> Set<String> {
        let noted = try String.fetchSet(
            db.cachedStatement(
                sql: """
                    SELECT name FROM erasure
                    WHERE started_at IN (SELECT started_at FROM erasure WHERE name = ?)
                    """
            ),
            arguments: [person.rawValue]
        )
        return noted.union([person.rawValue])
    }

    /// Notes the names for whoever takes an interrupted erasure up again.
    static func note(_ names: PersonNames, now: Int64, _ db: Database) throws {
        let sql = """
            INSERT OR IGNORE INTO erasure (name, started_at)
            SELECT n.value, coalesce(
                (SELECT min(started_at) FROM erasure WHERE name IN (SELECT value FROM json_each(:people))), :now)
            FROM json_each(:people) AS n
            """
        try db.cachedStatement(sql: sql).execute(arguments: names.arguments(of: sql, now: now))
    }

    static func heldEvent(of names: PersonNames, _ db: Database) throws -> ErasureRefusal? {
        let sql = ErasureStatement.heldEventsSQL
        let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: names.arguments(of: sql))
        if let optOut = rows.first(where: { $0["opt_out"] }) {
            return .openOptOut(eventID: optOut["id"], state: optOut["state"])
        }
        return rows.first.map { .inHand(eventID: $0["id"]) }
    }

    static func count(
        _ statement: ErasureStatement,
        _ names: PersonNames,
        ids: [Int64] = [],
        _ db: Database
    ) throws -> Int {
        let sql = statement.countSQL
        return try Int.fetchOne(db.cachedStatement(sql: sql), arguments: names.arguments(of: sql, ids: ids)) ?? 0
    }

    static func isKnown(_ names: PersonNames, _ db: Database) throws -> Bool {
        if try Row.fetchOne(
            db.cachedStatement(sql: ErasureStatement.allEventsSQL),
            arguments: names.arguments(of: ErasureStatement.allEventsSQL)
        ) != nil {
            return true
        }
        return try (ErasureStatement.ofConsent + ErasureStatement.ofNames).contains { try count($0, names, db) > 0 }
    }

    static func run(
        _ statements: [ErasureStatement],
        _ names: PersonNames,
        ids: [Int64],
        now: Int64,
        _ db: Database
    ) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for statement in statements {
            let sql = statement.sql
            try db.cachedStatement(sql: sql).execute(arguments: names.arguments(of: sql, ids: ids, now: now))
            if db.changesCount > 0 { counts[statement.table, default: 0] += db.changesCount }
        }
        return counts
    }

    /// Keeps the opt-out under every name that leads to it today.
    ///
    /// - Returns: Under how many.
    static func keepOptOut(
        of names: PersonNames,
        _ keeping: ([ConsentRecord]) -> ConsentRecord?,
        _ hash: NameHash,
        now: Int64,
        _ db: Database
    ) throws -> Int {
        let contacts = names.contactIDs.sorted()
        var consent: [ConsentRecord] = []
        for name in names.people.sorted() {
            consent += try ErasedPeople.optOuts(of: name, contactIDs: [], hash, db)
        }
        consent += try ConsentTable.changes(of: names.people.sorted(), contactIDs: contacts, db)
        guard let optOut = keeping(consent) else { return 0 }
        // Of a contact that somebody else has too, only an opt-out that came with it speaks.
        let kept = try names.people.filter { name in
            guard let contactID = names.sharedContactIDs.first(where: { Person(contactID: $0).rawValue == name }) else {
                return true
            }
            return try JournalReader.hasOptedOut(contactID: contactID, db)
        }
        for name in kept { try ErasedPeople.keep(optOut, hash: hash.hash(of: name), now: now, db) }
        return kept.count
    }
}
