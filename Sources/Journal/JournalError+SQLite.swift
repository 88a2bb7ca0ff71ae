import GRDB

extension JournalError {
    /// What an error from the database layer means to a caller.
    init(_ error: any Error) {
        switch error {
        case let error as JournalError: self = error
        case let error as DatabaseError: self = Self.classified(error)
        default: self = .database(String(describing: error))
        }
    }

    /// Whether the connection that met it must not be written through again.
    var poisonsConnection: Bool {
        guard case .unwritable = self else { return false }
        return true
    }

    private static func classified(_ error: DatabaseError) -> JournalError {
        // The message never holds arguments: they may be somebody's address.
        let detail = "SQLite error \(error.resultCode.rawValue): \(error.message ?? "no message")"
        switch error.resultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy(detail)
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_NOMEM: return .unwritable(detail)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: return .unwritable(detail)
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return .unusable("The journal is not a sound SQLite file (\(detail)); restore it from a backup.")
        default: return .database(detail)
        }
    }
}
