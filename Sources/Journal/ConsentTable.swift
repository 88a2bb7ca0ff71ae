import Foundation
import GRDB
import Model

/// A change of one person's consent, with its cause.
struct ConsentChange: Sendable {
    let person: Person
    let listID: String?
    let isOptOut: Bool
    let reason: String?
    let source: Source
    let occurredAt: Timestamp
    /// The event that made it; nil where that has made another change before, and so can't name this one.
    var eventID: Int64?

    var change: String { isOptOut ? "opted_out" : "subscribed" }

    /// What the digest covers, in the order that the verification repeats.
    func addContents(to message: inout ChainMessage) {
        for text in [
            person.rawValue, listID, change, reason, String(occurredAt.milliseconds), eventID.map { String($0) },
        ] {
            message.add(text)
        }
    }
}

/// The statements of `consent_change` and `consent`.
enum ConsentTable {
    /// Appends the change to the chain and lets the person's state follow; the later one counts, and of two at the same
    /// time the opt-out.
    static func record(_ change: ConsentChange, now: Int64, chain: Chain, _ db: Database) throws {
        let last = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, chain FROM consent_change ORDER BY id DESC LIMIT 1")
        )
        let id = (last?["id"] ?? Int64(0)) + 1
        let link = chain.link(
            previous: last?["chain"],
            id: id,
            time: now,
            source: change.source.rawValue,
            contents: change.addContents
        )
        try db.cachedStatement(
            sql: """
                INSERT INTO consent_change (
                    id, recorded_at, occurred_at, source, person, list_id, change, reason, event_id, salt, digest, chain
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        .execute(arguments: [
            id, now, change.occurredAt.milliseconds, change.source.rawValue, change.person.rawValue, change.listID,
            change.change, change.reason, change.eventID, Data(link.salt), Data(link.digest), Data(link.chain),
        ])
        try db.cachedStatement(
            sql: """
                INSERT INTO consent (person, list_id, state, occurred_at, reason, event_id) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (person, list_id) DO UPDATE SET
                    state = excluded.state, occurred_at = excluded.occurred_at, reason = excluded.reason,
                    event_id = excluded.event_id
                WHERE excluded.occurred_at > consent.occurred_at
                    OR (excluded.occurred_at = consent.occurred_at AND excluded.state = 'opted_out')
                """
        )
        .execute(arguments: [
            change.person.rawValue, change.listID ?? "", change.change, change.occurredAt.milliseconds, change.reason,
            change.eventID,
        ])
    }

    /// Records what an event that was decoded again says of consent, unless that is recorded already.
    ///
    /// An event has one change. Where it made another one, that stays and the new one is recorded without naming the event.
    static func recordIfNew(_ change: ConsentChange, now: Int64, chain: Chain, _ db: Database) throws {
        let isKnown = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM consent_change
                        WHERE person = ? AND occurred_at = ? AND change = ? AND list_id IS ?
                            AND (event_id = ? OR event_id IS NULL))
                    """
            ),
            arguments: [
                change.person.rawValue, change.occurredAt.milliseconds, change.change, change.listID, change.eventID,
            ]
        )
        guard isKnown == false else { return }
        let hasOther = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM consent_change WHERE event_id = ?)"),
            arguments: [change.eventID]
        )
        var change = change
        if hasOther == true { change.eventID = nil }
        try record(change, now: now, chain: chain, db)
    }

    /// The changes of a person, and the opt-outs that came with one of these contact ids under another name.
    static func changes(of person: String, contactIDs: [String], _ db: Database) throws -> [ConsentRecord] {
        try changes(of: [person], contactIDs: contactIDs, db)
    }

    /// The changes of a person who has several names, in the order of arrival.
    static func changes(of people: [String], contactIDs: [String], _ db: Database) throws -> [ConsentRecord] {
        var rows = try people.flatMap { person in
            try Row.fetchAll(db.cachedStatement(sql: changesOfPersonSQL), arguments: [person])
        }
        for contactID in contactIDs {
            rows += try Row.fetchAll(db.cachedStatement(sql: optOutsOfContactSQL), arguments: [contactID])
        }
        var changes: [Int64: ConsentRecord] = [:]
        for row in rows { changes[row["id"]] = ConsentRecord(row: row) }
        return changes.sorted { $0.key < $1.key }.map(\.value)
    }

    private static let changeColumns = """
        c.id, c.change, c.list_id, c.reason, c.occurred_at, c.source,
        json_extract(e.payload, '$.contact.origin') AS origin,
        json_extract(e.payload, '$.providerTime') IS NOT NULL AS is_time_told
        """

    static let changesOfPersonSQL = """
        SELECT \(changeColumns) FROM consent_change AS c LEFT JOIN event AS e ON e.id = c.event_id WHERE c.person = ?
        """

    static let optOutsOfContactSQL = """
        SELECT \(changeColumns) FROM event AS e INDEXED BY event_opt_out_of_contact
        JOIN consent_change AS c ON c.event_id = e.id
        WHERE e.contact_id = ? AND e.opt_out = 1 AND c.change = 'opted_out'
        """

    /// Whether the person ever opted out of any list: what keeps a Lead opted out whatever comes later.
    static func hasOptedOut(_ person: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM consent_change WHERE person = ? AND change = 'opted_out')"
            ),
            arguments: [person]
        ) ?? false
    }
}

extension ConsentRecord {
    fileprivate init(row: Row) {
        self.init(
            isOptOut: row["change"] == "opted_out",
            listID: row["list_id"],
            reason: row["reason"],
            occurredAt: Timestamp(milliseconds: row["occurred_at"]),
            source: Source(rawValue: row["source"]) ?? .getresponse,
            origin: row["origin"],
            isTimeTold: row["is_time_told"]
        )
    }
}
