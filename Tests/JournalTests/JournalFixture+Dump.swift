import GRDB

@testable import Journal

extension JournalFixture {
    /// Everything in the file, row by row: equal dumps are equal journals.
    func dump() async throws -> [String] {
        try await journal.read { db in
            let tables = try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0.databaseValues)" }
            }
        }
    }

    func steps(of sql: String) async throws -> [String] {
        try await journal.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
    }
}
