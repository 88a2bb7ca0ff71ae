import GRDBSQLite

/// SQLite's C interface with nothing around it: what everything here is compared with.
final class BareSQLite {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let connection: OpaquePointer

    /// Opens the file as the product does: WAL, FULL, no automatic checkpoint.
    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else {
            throw Failure(description: "\(path) can't be opened")
        }
        connection = opened
        try execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
            PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA foreign_keys = ON;
            """
        )
    }

    deinit {
        sqlite3_close_v2(connection)
    }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    func prepare(_ sql: String) throws -> BareStatement {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil) == SQLITE_OK,
            let prepared
        else { throw failure(sql) }
        return BareStatement(handle: prepared)
    }

    private func failure(_ sql: String) -> Failure {
        Failure(description: "\(String(cString: sqlite3_errmsg(connection))): \(sql)")
    }
}

/// A prepared statement.
final class BareStatement {
    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
        case null
    }

    private let handle: OpaquePointer
    /// SQLite copies what is bound.
    private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    fileprivate init(handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end, and returns the first column of its rows as integers.
    @discardableResult
    func run(_ values: Value...) throws -> [Int64] {
        sqlite3_reset(handle)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            switch value {
            case .integer(let number): sqlite3_bind_int64(handle, place, number)
            case .text(let text): sqlite3_bind_text(handle, place, text, -1, transient)
            case .blob(let bytes): sqlite3_bind_blob(handle, place, bytes, Int32(bytes.count), transient)
            case .null: sqlite3_bind_null(handle, place)
            }
        }
        var rows: [Int64] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(sqlite3_column_int64(handle, 0))
            case SQLITE_DONE:
                sqlite3_reset(handle)
                return rows
            default:
                throw BareSQLite.Failure(
                    description: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
                )
            }
        }
    }
}
