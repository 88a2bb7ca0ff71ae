import Foundation
import GRDB
import GRDBSQLite

/// A statement of GRDB's that is run many times in a row with values bound straight to SQLite.
///
/// GRDB boxes every argument and every column, which for a row of fifteen costs more than SQLite's insert: appends and claims
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

        mutating func bind(_ number: Int64?) {
            place += 1
            if let number {
                sqlite3_bind_int64(handle, place, number)
            } else {
                sqlite3_bind_null(handle, place)
            }
        }

        mutating func bind(_ text: String?) {
            place += 1
            guard var text else {
                sqlite3_bind_null(handle, place)
                return
            }
            text.withUTF8 { utf8 in
                let count = Int32(utf8.count)
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    // Without an address SQLite would take the empty text for NULL.
                    if let start = characters.baseAddress {
                        _ = sqlite3_bind_text(handle, place, start, count, transient)
                    } else {
                        _ = sqlite3_bind_text(handle, place, "", 0, transient)
                    }
                }
            }
        }

        mutating func bind(bytes: some ContiguousBytes) {
            place += 1
            bytes.withUnsafeBytes { Self.bind($0, handle, place, transient) }
        }

        /// Binds bytes that SQLite reads where they are: they must stay until the statement has run.
        mutating func bind(lent bytes: UnsafeRawBufferPointer) {
            place += 1
            Self.bind(bytes, handle, place, nil)
        }

        /// Leaves the next parameter as it is bound.
        mutating func skip() {
            place += 1
        }

        fileprivate static func bind(
            _ bytes: UnsafeRawBufferPointer,
            _ handle: OpaquePointer,
            _ place: Int32,
            _ destructor: sqlite3_destructor_type?
        ) {
            if let address = bytes.baseAddress {
                sqlite3_bind_blob(handle, place, address, Int32(bytes.count), destructor)
            } else {
                sqlite3_bind_zeroblob(handle, place, 0)
            }
        }
    }

    /// The columns of the row that the statement stands at, by their places from 0: looking one up by name costs more than
    /// SQLite takes to find the row.
    struct Columns {
        fileprivate let handle: OpaquePointer

        func int64(_ place: Int32) -> Int64 { sqlite3_column_int64(handle, place) }

        func optionalInt64(_ place: Int32) -> Int64? {
            sqlite3_column_type(handle, place) == SQLITE_NULL ? nil : int64(place)
        }

        func string(_ place: Int32) -> String { optionalString(place) ?? "" }

        func optionalString(_ place: Int32) -> String? {
            guard let start = sqlite3_column_text(handle, place) else { return nil }
            let count = Int(sqlite3_column_bytes(handle, place))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }

    /// Runs the statement once, to its end.
    ///
    /// - Throws: GRDB's `DatabaseError` with SQLite's code and message.
    func run(_ bind: (inout Values) -> Void) throws {
        try forEach(bind) { _ in }
    }

    /// Runs the statement once, to its end, with bytes at that place (from 1) that SQLite reads where they are; `bind` skips it.
    ///
    /// - Throws: GRDB's `DatabaseError` with SQLite's code and message.
    func run(lending bytes: Data?, at place: Int32, _ bind: (inout Values) -> Void) throws {
        // Without bytes the parameter is NULL: every run clears what was bound.
        guard let bytes else { return try run(bind) }
        try bytes.withUnsafeBytes { bytes in
            Values.bind(bytes, statement.sqliteStatement, place, nil)
            try run(bind)
        }
    }

    /// Runs the statement to its end.
    ///
    /// - Returns: What `read` makes of the first row; nil where there is none.
    /// - Throws: GRDB's `DatabaseError` with SQLite's code and message.
    func first<Value>(_ bind: (inout Values) -> Void, _ read: (Columns) -> Value) throws -> Value? {
        var first: Value?
        try forEach(bind) { columns in
            if first == nil { first = read(columns) }
        }
        return first
    }

    /// Runs the statement to its end.
    ///
    /// - Returns: What `read` makes of each row.
    /// - Throws: GRDB's `DatabaseError` with SQLite's code and message.
    func all<Value>(_ bind: (inout Values) -> Void, _ read: (Columns) -> Value) throws -> [Value] {
        var all: [Value] = []
        try forEach(bind) { all.append(read($0)) }
        return all
    }

    private func forEach(_ bind: (inout Values) -> Void, _ body: (Columns) -> Void) throws {
        let handle = statement.sqliteStatement
        var values = Values(handle: handle)
        bind(&values)
        var code = sqlite3_step(handle)
        while code == SQLITE_ROW {
            body(Columns(handle: handle))
            code = sqlite3_step(handle)
        }
        let message = code == SQLITE_DONE ? nil : String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        if code != SQLITE_DONE {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }
}
