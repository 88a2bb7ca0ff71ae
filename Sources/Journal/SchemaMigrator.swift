import GRDB

/// Brings `PRAGMA user_version` up to the newest migration that the binary carries.
enum SchemaMigrator {
    /// Applies what is pending, each step in a transaction of its own; the caller holds the journal's lock.
    static func bringUpToDate(_ db: Database, mode: JournalConfiguration.MigrationMode) throws {
        let found = try version(of: db)
        guard found <= Migrations.latest else {
            throw JournalError.schemaTooNew(found: found, known: Migrations.latest)
        }
        guard found < Migrations.latest else { return }
        guard mode == .auto else {
            throw JournalError.schemaTooOld(found: found, needed: Migrations.latest)
        }
        if found == 0 { try prepareNewFile(db) }
        for step in Migrations.all where step.number > found {
            try db.inTransaction(.immediate) {
                try db.execute(sql: step.sql)
                guard try version(of: db) == step.number else {
                    throw JournalError.database("\(step.name) did not set user_version to \(step.number)")
                }
                return .commit
            }
        }
    }

    /// Lets free pages be given back bit by bit after a prune; that has to be said before the first table.
    ///
    /// WAL mode has written the first page by now, so saying it takes a VACUUM, of next to nothing here.
    private static func prepareNewFile(_ db: Database) throws {
        let hasTables = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema)") ?? true
        guard !hasTables else { return }
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
    }

    static func version(of db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}
