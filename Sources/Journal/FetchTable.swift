import GRDB
package import Model
import Time

/// An event that waits for its contact's details.
package struct ProfileRequest: Hashable, Sendable {
    package var eventID: Int64
    package var contactID: String
    /// How often GetResponse had no such contact, or no answer, since it last brought one.
    package var failures: Int
    package var lane: Lane
    /// Whether the profile was fetched so lately that nothing need be asked.
    package var isKnown: Bool

    package init(
        eventID: Int64,
        contactID: String,
        failures: Int = 0,
        lane: Lane = .lead,
        isKnown: Bool = false
    ) {
        self.eventID = eventID
        self.contactID = contactID
        self.failures = failures
        self.lane = lane
        self.isKnown = isKnown
    }
}

/// Several contacts of one list whom a page of the list gives all that their callbacks lacked.
package struct ListCrowd: Hashable, Sendable {
    package var listID: String
    /// Their ids.
    package var contactIDs: Set<String>
    /// When the first and the last of them subscribed.
    ///
    /// Not when the callbacks were carried out: that may be hours later, and a page is found by when people joined the list.
    package var subscribedAt: ClosedRange<Timestamp>
    /// The most urgent of their lanes.
    package var lane: Lane

    package init(listID: String, contactIDs: Set<String>, subscribedAt: ClosedRange<Timestamp>, lane: Lane) {
        self.listID = listID
        self.contactIDs = contactIDs
        self.subscribedAt = subscribedAt
        self.lane = lane
    }
}

/// The statements about events that wait for a profile.
enum FetchTable {
    /// The condition of the index `event_listable`, word for word.
    static let listable = """
        e.waits_for = 'profile' AND e.list_id IS NOT NULL
            AND json_type(e.payload, '$.contact.tags') IS NOT NULL
            AND json_type(e.payload, '$.contact.customFields') IS NOT NULL
        """

    /// Whether a page of the contact's list was read since the event began to wait: another would say the same.
    static let paged = "coalesce(p.listed_at >= e.received_at, 0)"

    /// What may be asked for by itself; whom a page may help waits a little for company.
    static let dueSQL = """
        SELECT
            e.id, e.contact_id, e.lane, coalesce(p.failures, 0) AS failures,
            coalesce(p.fetched_at > ?5 AND p.details IS NOT NULL, 0) AS known
        FROM event AS e LEFT JOIN profile AS p ON p.contact_id = e.contact_id
        WHERE e.waits_for = 'profile' AND e.lane = ?1 AND e.available_at <= ?2 AND e.contact_id IS NOT NULL
            AND (e.available_at <= ?3 OR \(paged) OR NOT (\(listable)))
        ORDER BY e.available_at, e.id LIMIT ?4
        """

    /// The lists on which several contacts wait whom a page can help, at least one of them for long enough.
    static let crowdsSQL = """
        SELECT e.list_id, min(e.lane) AS lane, count(DISTINCT e.contact_id) AS contacts
        FROM event AS e INDEXED BY event_listable LEFT JOIN profile AS p ON p.contact_id = e.contact_id
        WHERE \(listable) AND e.available_at <= ?1 AND e.contact_id IS NOT NULL AND NOT \(paged)
        GROUP BY e.list_id HAVING contacts >= 2 AND min(e.available_at) <= ?2
        ORDER BY lane, contacts DESC LIMIT 1
        """

    static let crowdSQL = """
        SELECT e.contact_id, e.occurred_at
        FROM event AS e INDEXED BY event_listable LEFT JOIN profile AS p ON p.contact_id = e.contact_id
        WHERE \(listable) AND e.list_id = ?1 AND e.available_at <= ?2 AND e.contact_id IS NOT NULL
            AND NOT \(paged)
        """

    /// How long nobody else asks for what one worker asks for, in milliseconds.
    ///
    /// Longer than a request can take, and short enough for the heir of a worker that died. Several pages may have to wait
    /// for the budget in between.
    private static let profileReservation: Int64 = 15_000
    private static let pageReservation: Int64 = 300_000

    /// The longest that a fetch is put off, in milliseconds; what waits longer was put off by a clock that was set back since.
    ///
    /// A pause that lasts longer is kept by the pause itself.
    static let longestPutOff: Int64 = 600_000

    /// Makes the reservation of an ask.
    ///
    /// - Returns: False where somebody else has made it, or nobody waits any more.
    static func reserve(_ ask: RequestAsk, now reading: TimeReading, _ db: Database) throws -> Bool {
        let now = reading.wall
        switch ask.reservation {
        case .nothing: return true
        case .profile:
            // A reservation ends by the wall clock, which may have been set forwards; what is under way is told by the other.
            if try isUnderWay(ask, now: reading, db) {
                try putOff(eventID: ask.eventID, until: now + profileReservation, db)
                return false
            }
            try db.cachedStatement(
                sql: """
                    UPDATE event SET available_at = ? WHERE id = ? AND waits_for = 'profile' AND available_at <= ?
                    """
            )
            .execute(arguments: [now + profileReservation, ask.eventID, now])
            return db.changesCount == 1
        case .pages(let listID):
            return try putOff(listID: listID, until: now + pageReservation, due: now, db) > 0
        case .morePages(let listID):
            _ = try putOff(listID: listID, until: now + pageReservation, due: now + pageReservation, db)
            return true
        }
    }

    /// Whether a request of the same event may still be answered.
    private static func isUnderWay(_ ask: RequestAsk, now: TimeReading, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM api_request
                        WHERE event_id = ? AND finished_at IS NULL AND boot_id = ? AND granted_boot > ?)
                    """
            ),
            arguments: [ask.eventID, now.bootID, now.boot - ask.flight.wholeMilliseconds]
        ) ?? false
    }

    private static func putOff(eventID: Int64?, until: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE event SET available_at = ? WHERE id = ? AND waits_for = 'profile'")
            .execute(arguments: [until, eventID])
    }

    /// Lets fetches go on that a clock put off which was set back since.
    static func bringForward(now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE event SET available_at = ?1
                WHERE waits_for = 'profile' AND lane IN (SELECT number FROM lane) AND available_at > ?2
                """
        )
        .execute(arguments: [now, now + longestPutOff])
    }

    /// Whether there are such fetches.
    static func isStranded(now: Int64, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM lane AS l WHERE EXISTS (
                            SELECT 1 FROM event AS e
                            WHERE e.waits_for = 'profile' AND e.lane = l.number AND e.available_at > ?))
                    """
            ),
            arguments: [now + longestPutOff]
        ) ?? false
    }

    /// Puts off everybody on a list whom a page can help and who is due by `due`.
    static func putOff(listID: String, until: Int64, due: Int64, _ db: Database) throws -> Int {
        try db.cachedStatement(
            sql: """
                UPDATE event AS e SET available_at = ?
                WHERE \(listable) AND e.list_id = ? AND e.available_at <= ?
                """
        )
        .execute(arguments: [until, listID, due])
        return db.changesCount
    }

    /// Makes everybody due on a list whom a page can help.
    static func endPutOff(listID: String, now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE event AS e SET available_at = ?1 WHERE \(listable) AND e.list_id = ?2 AND e.available_at > ?1"
        )
        .execute(arguments: [now, listID])
    }

    /// Whether somebody waits for this contact whom a page can help.
    static func isListable(_ contactID: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM event AS e WHERE e.contact_id = ? AND e.state = 'snoozed' AND \(listable))
                    """
            ),
            arguments: [contactID]
        ) ?? false
    }

    /// Lets the events that wait for this contact run, and tells how many there were.
    static func wake(contactID: String, now: Int64, onlyListable: Bool = false, _ db: Database) throws -> Int {
        try db.cachedStatement(
            sql: """
                UPDATE event AS e SET state = 'available', waits_for = NULL, available_at = ?
                WHERE e.contact_id = ? AND e.state = 'snoozed' AND e.waits_for = 'profile'\
                \(onlyListable ? " AND \(listable)" : "")
                """
        )
        .execute(arguments: [now, contactID])
        return db.changesCount
    }

    /// Counts how contacts got their details.
    static func count(_ way: ProfileWay, _ contacts: Int, _ db: Database) throws {
        guard contacts > 0 else { return }
        try db.cachedStatement(sql: "UPDATE profile_tally SET contacts = contacts + ? WHERE way = ?")
            .execute(arguments: [contacts, way.rawValue])
    }
}
