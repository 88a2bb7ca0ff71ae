import Foundation
import GRDB

/// A table whose texts may name somebody whom the row is not about: a body in which several people are told, an error that
/// quotes an address, words that a person wrote.
enum MentionTable: String, CaseIterable, Sendable {
    case callback
    case event
    case attempt
    case decision
    case effect
    case profile
    case setting

    /// The columns that hold text of other people's making.
    var columns: [String] {
        switch self {
        case .callback: ["body", "query"]
        case .event: ["payload", "last_error", "discard_reason", "accepted_reason"]
        case .attempt: ["error_text", "choice"]
        case .decision: ["reason", "detail"]
        case .effect: ["fields", "before", "external_key", "error_text"]
        case .profile: ["details"]
        case .setting: ["value"]
        }
    }

    var pageSQL: String {
        """
        SELECT rowid AS row, \(columns.joined(separator: ", ")) FROM \(rawValue) WHERE rowid > ? ORDER BY rowid LIMIT 500
        """
    }

    private var rowSQL: String { "SELECT \(columns.joined(separator: ", ")) FROM \(rawValue) WHERE rowid = ?" }

    /// Whether a row of the page names one of the people.
    func isMentioned(_ mention: PersonMention, in row: Row) -> Bool {
        columns.contains { column in
            switch row[column] as DatabaseValue {
            case let value where value.isNull: false
            case let value: value.isMentioned(mention)
            }
        }
    }

    /// Takes the names out of a row as it is now; what else it says stays, but for a callback, which is emptied whole, and a
    /// try, whose texts go.
    ///
    /// - Returns: Whether something was taken out.
    func takeNames(_ mention: PersonMention, outOf id: Int64, _ db: Database) throws -> Bool {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: rowSQL), arguments: [id]),
            isMentioned(mention, in: row)
        else { return false }
        switch self {
        case .callback:
            // One that nobody has decoded becomes an event first.
            try db.cachedStatement(
                sql: """
                    UPDATE callback SET id = id, \(ErasureStatement.emptiedCallback)
                    WHERE id = ? AND id <= \(CheckQuery.decodeCursor)
                    """
            )
            .execute(arguments: [id])
        case .attempt:
            try db.cachedStatement(sql: "UPDATE attempt SET id = id, error_text = NULL, choice = NULL WHERE id = ?")
                .execute(arguments: [id])
        case .decision:
            try db.cachedStatement(sql: "UPDATE decision SET id = id, reason = ?, detail = NULL WHERE id = ?")
                .execute(arguments: [mention.redacted(row["reason"]) ?? row["reason"] as String?, id])
        case .event, .effect, .profile, .setting:
            let texts = columns.map { mention.redacted(row[$0]) ?? row[$0] as String? }
            let changes = columns.map { "\($0) = ?" }.joined(separator: ", ")
            try db.cachedStatement(sql: "UPDATE \(rawValue) SET \(changes) WHERE rowid = ?")
                .execute(arguments: StatementArguments(texts) + [id])
        }
        return db.changesCount > 0
    }
}

extension DatabaseValue {
    fileprivate func isMentioned(_ mention: PersonMention) -> Bool {
        switch storage {
        case .string(let text): mention.isIn(text)
        case .blob(let data): data.withUnsafeBytes { mention.isIn($0) }
        default: false
        }
    }
}
