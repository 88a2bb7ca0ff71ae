import Foundation
import GRDB
import Model

/// The statements of `erased_person`: who was erased and stays opted out.
enum ErasedPeople {
    static let optOutSQL = "SELECT occurred_at, source, reason FROM erased_person WHERE hash = ?"

    /// The opt-outs of erased people who had this name or one of these contacts: at most one for each name, of every list.
    ///
    /// Without the hash of names (the journal's key is not at hand) nobody is recognised.
    static func optOuts(
        of person: String,
        contactIDs: [String],
        _ names: NameHash?,
        _ db: Database
    ) throws -> [ConsentRecord] {
        guard let names, try !isEmpty(db) else { return [] }
        let statement = try db.cachedStatement(sql: optOutSQL)
        let all = [person] + contactIDs.map { Person(contactID: $0).rawValue }
        return try Set(all).sorted().compactMap { name in
            try Row.fetchOne(statement, arguments: [names.hash(of: name)]).map { row in
                ConsentRecord(
                    isOptOut: true,
                    reason: row["reason"],
                    occurredAt: Timestamp(milliseconds: row["occurred_at"]),
                    source: Source(rawValue: row["source"]) ?? .getresponse
                )
            }
        }
    }

    /// Keeps an opt-out under the hash of a name; of two the later one, and a complaint for ever.
    static func keep(_ optOut: ConsentRecord, hash: Data, now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO erased_person (hash, occurred_at, source, reason, erased_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET
                    occurred_at = max(occurred_at, excluded.occurred_at),
                    reason = iif(lower(reason) IN ('complaint', 'blacklisted'), reason, excluded.reason)
                """
        )
        .execute(arguments: [hash, optOut.occurredAt.milliseconds, optOut.source.rawValue, optOut.reason, now])
    }

    static func holds(_ hash: Data, _ db: Database) throws -> Bool {
        try Row.fetchOne(db.cachedStatement(sql: optOutSQL), arguments: [hash]) != nil
    }

    private static func isEmpty(_ db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM erased_person)")) ?? true
    }
}
