import GRDB

/// The checks of the file itself.
extension JournalCheck {
    /// SQLite's own checks, a table at a time: each holds its snapshot for as long as that table takes.
    static let soundness = [
        Step(name: "integrity") { reader in
            var faults = CheckFaults()
            for table in try await reader.tables() {
                let messages = try await reader.integrityMessages("\"\(table)\"")
                for message in messages { faults.add(CheckFault(table: table, row: nil, sentence: message)) }
            }
            return integrity(faults)
        },
        foreignKeys,
    ]

    /// The same of the whole file at once, which also looks at pages that belong to no table; for a copy that nobody uses.
    static let wholeFile = Step(name: "integrity") { reader in
        var faults = CheckFaults()
        for message in try await reader.integrityMessages("100") {
            faults.add(CheckFault(table: "file", row: nil, sentence: message))
        }
        return integrity(faults)
    }

    static let foreignKeys = Step(name: "foreignKeys") { reader in
        var faults = CheckFaults()
        for table in try await reader.tables() {
            for fault in try await reader.foreignKeyFaults(of: table) { faults.add(fault) }
        }
        return CheckResult(
            "foreignKeys",
            faults: faults,
            holds: "Every row that another one names is there.",
            broken: "Rows name others that are not there."
        )
    }

    /// Tables, indexes, triggers and views as the migrations make them; what somebody added is no fault, but a trigger is.
    static let schema = Step(name: "schema") { reader in
        let expected = try await expectedSchema()
        let found = try await reader.schema()
        var faults = CheckFaults()
        for (name, object) in expected.sorted(by: { $0.key < $1.key }) where found[name] != object {
            let sentence = found[name] == nil ? "\(object.kind) is missing" : "\(object.kind) was changed"
            faults.add(CheckFault(table: name, row: nil, sentence: sentence))
        }
        for (name, object) in found.sorted(by: { $0.key < $1.key })
        where expected[name] == nil && object.kind == "trigger" {
            faults.add(CheckFault(table: name, row: nil, sentence: "trigger is not one of ours"))
        }
        return CheckResult(
            "schema",
            faults: faults,
            holds: "The schema is that of version \(Migrations.latest).",
            broken: "The schema was changed by other means than migrations."
        )
    }

    static let vacuum = Step(name: "vacuum") { reader in
        let use = try await reader.pageUse()
        let sizes = "\((use.pages * use.pageSize) >> 20) MiB, \((use.freePages * use.pageSize) >> 20) MiB of it free"
        guard !use.canRelease else {
            return CheckResult("vacuum", .ok, "The file takes \(sizes), which a prune gives back.")
        }
        return CheckResult(
            "vacuum",
            .warning,
            """
            The file takes \(sizes), which stays free for new rows but is not given back; to change that, stop ingest and \
            worker and run `sqlite3 \(reader.path) 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM;'` once.
            """
        )
    }

    /// An erasure that was killed: whoever asked for it was not told that it is done, but may not have noticed.
    static let erasure = Step(name: "erasure") { reader in
        let names = try await reader.namesBeingErased()
        guard names > 0 else { return CheckResult("erasure", .ok, "No erasure is under way.") }
        return CheckResult(
            "erasure",
            .warning,
            "An erasure is under way or was interrupted; run `leadrelay erase` for that person again until it exits 0."
        )
    }

    private static func integrity(_ faults: CheckFaults) -> CheckResult {
        CheckResult(
            "integrity",
            faults: faults,
            holds: "SQLite finds the file sound.",
            broken: "SQLite finds the file damaged; restore it from a backup."
        )
    }

    private static func expectedSchema() async throws -> [String: SchemaObject] {
        let queue = try DatabaseQueue()
        return try await queue.write { db in
            for step in Migrations.all { try db.execute(sql: step.sql) }
            return try SchemaObject.fetchAll(db)
        }
    }
}

/// A table, index, trigger or view.
struct SchemaObject: Hashable, Sendable {
    var kind: String
    var sql: String

    /// All but SQLite's own, by name.
    static func fetchAll(_ db: Database) throws -> [String: SchemaObject] {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return Dictionary(
            rows.map { row in (row["name"], SchemaObject(kind: row["type"], sql: row["sql"])) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension JournalReader {
    func schema() async throws(JournalError) -> [String: SchemaObject] {
        try await read(SchemaObject.fetchAll(_:))
    }

    func tables() async throws(JournalError) -> [String] {
        try await read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        }
    }

    /// What `PRAGMA integrity_check` says of a table, or of the file; nothing when all is well.
    fileprivate func integrityMessages(_ argument: String) async throws(JournalError) -> [String] {
        try await read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check(\(argument))").filter { $0 != "ok" }
        }
    }

    fileprivate func foreignKeyFaults(of table: String) async throws(JournalError) -> [CheckFault] {
        try await read { db in
            let rows = try Row.fetchCursor(db, sql: "PRAGMA foreign_key_check(\"\(table)\")")
            var faults: [CheckFault] = []
            while faults.count < 1000, let row = try rows.next() {
                let parent: String = row["parent"]
                faults.append(
                    CheckFault(table: table, row: row["rowid"], sentence: "names a row of \(parent) that is not there")
                )
            }
            return faults
        }
    }
}
