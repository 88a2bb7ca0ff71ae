import GRDB
package import Model

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
