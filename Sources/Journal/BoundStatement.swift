import Foundation
import GRDB
import GRDBSQLite

/// A statement of GRDB's that is run many times in a row with values bound straight to SQLite.
///
/// GRDB boxes every argument, which for a row of fifteen costs more than SQLite's insert; a thousand callbacks in one commit
/// feel it. The transaction around it stays GRDB's.
struct BoundStatement {
    private let statement: Statement

    init(_ statement: Statement) {
        self.statement = statement
    }

    /// Binds values in order, from the first parameter on.
    struct Values {
        fileprivate let handle: OpaquePointer
        fileprivate var place: Int32 = 0
        /// Tells SQLite to copy what it is given.
        private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

        fileprivate init(handle: OpaquePointer) {
            self.handle = handle
        }

        mutating func bind(_ number: Int64) {
            place += 1
            sqlite3_bind_int64(handle, place, number)
        }

        mutating func bind(_ text: String?) {
            place += 1
            guard let text else {
                sqlite3_bind_null(handle, place)
                return
            }
            _ = text.withCString { sqlite3_bind_text(handle, place, $0, Int32(text.utf8.count), transient) }
        }

        mutating func bind(_ bytes: Data?) {
            place += 1
            guard let bytes else {
                sqlite3_bind_null(handle, place)
                return
            }
            bytes.withUnsafeBytes { buffer in
                if let address = buffer.baseAddress {
                    _ = sqlite3_bind_blob(handle, place, address, Int32(buffer.count), transient)
                } else {
                    _ = sqlite3_bind_zeroblob(handle, place, 0)
                }
            }
        }
    }

    /// Runs the statement once, to its end.
    ///
    /// - Throws: GRDB's `DatabaseError` with SQLite's code and message.
    func run(_ bind: (inout Values) -> Void) throws {
        let handle = statement.sqliteStatement
        var values = Values(handle: handle)
        bind(&values)
        let code = sqlite3_step(handle)
        let message = code == SQLITE_DONE ? nil : String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        if code != SQLITE_DONE {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }
}
