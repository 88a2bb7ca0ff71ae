import GRDB
package import Model
import Time

extension JournalReader {
    static let dueProfileRequestsSQL = FetchTable.dueSQL

    /// The events whose profile may be asked for now, the most urgent lane first, in it the oldest due.
    ///
    /// - Parameters:
    ///   - limit: How many of them.
    ///   - company: How long an event whom a page of its list can help is left for others to gather.
    ///   - maxAge: How lately a profile was fetched that is used again.
    /// - Returns: At most `limit` events.
    /// - Throws: `JournalError`.
    package func dueProfileRequests(
        limit: Int,
        company: Duration = .zero,
        maxAge: Duration = .zero
    ) async throws(JournalError) -> [ProfileRequest] {
        try await read { [time] db in
            let now = time.read().wall
            var requests: [ProfileRequest] = []
            for lane in Lane.allCases where requests.count < limit {
                requests += try Row.fetchAll(
                    db.cachedStatement(sql: FetchTable.dueSQL),
                    arguments: [
                        lane.rawValue, now, now - company.wholeMilliseconds, limit - requests.count,
                        now - maxAge.wholeMilliseconds,
                    ]
                ).map {
                    ProfileRequest(
                        eventID: $0["id"],
                        contactID: $0["contact_id"],
                        failures: $0["failures"],
                        lane: lane,
                        isKnown: $0["known"]
                    )
                }
            }
            return requests
        }
    }

    /// The details that are known of a contact; nil where none are, or GetResponse no longer had it.
    package func profile(contactID: String) async throws(JournalError) -> ContactDetails? {
        try await read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT details FROM profile WHERE contact_id = ?"),
                arguments: [contactID]
            ).map { try JSONText.decode(ContactDetails.self, from: $0) }
        }
    }
}

extension EventJournal {
    static let knownSQL = """
        SELECT DISTINCT p.contact_id
        FROM profile AS p INDEXED BY profile_by_fetch CROSS JOIN event AS e ON e.contact_id = p.contact_id
        WHERE p.fetched_at > ? AND p.details IS NOT NULL AND e.waits_for = 'profile' AND e.available_at <= ?
        """

    /// Keeps fetched details (nil: GetResponse has no such contact any more) and lets every event that waits for them run.
    ///
    /// Nothing is kept of a contact that no event names: it was erased while GetResponse was asked.
    package func storeProfile(_ details: ContactDetails?, contactID: String) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read().wall
            try db.cachedStatement(
                sql: """
                    INSERT INTO profile (contact_id, person, fetched_at, details, failures)
                    SELECT ?1, ?2, ?3, ?4, 0 WHERE EXISTS (SELECT 1 FROM event WHERE contact_id = ?1)
                    ON CONFLICT (contact_id) DO UPDATE SET
                        person = excluded.person, fetched_at = excluded.fetched_at, details = excluded.details, failures = 0
                    """
            )
            .execute(arguments: [
                contactID, details?.email.flatMap(Person.init(email:))?.rawValue, now,
                try details.map { try JSONText.encode($0) },
            ])
            let woken = try FetchTable.wake(contactID: contactID, now: now, db)
            try FetchTable.count(details == nil ? .gone : .fetched, 1, db)
            try FetchTable.count(.shared, woken - 1, db)
        }
    }

    /// Lets events run whose contact's profile was fetched within `age`: nothing need be asked for them.
    ///
    /// - Returns: How many contacts that were.
    package func reuseProfiles(within age: Duration) async throws(JournalError) -> Int {
        let since = time.read()
        let arguments: StatementArguments = [since.wall - age.wholeMilliseconds, since.wall]
        let known = try await reader.read { db in
            try String.fetchAll(db.cachedStatement(sql: Self.knownSQL), arguments: arguments)
        }
        guard !known.isEmpty else { return 0 }
        return try await write { db in
            var contacts = 0
            for contactID in known where try FetchTable.wake(contactID: contactID, now: since.wall, db) > 0 {
                contacts += 1
            }
            try FetchTable.count(.reused, contacts, db)
            return contacts
        }
    }

    /// Puts a fetch off after a failure that says something about the contact or the connection.
    package func postponeProfile(
        of request: ProfileRequest,
        until: Timestamp,
        countsAsFailure: Bool,
        reason: String
    ) async throws(JournalError) {
        try await write { [time] db in
            if countsAsFailure {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO profile (contact_id, failures)
                        SELECT ?1, 1 WHERE EXISTS (SELECT 1 FROM event WHERE contact_id = ?1)
                        ON CONFLICT (contact_id) DO UPDATE SET failures = failures + 1
                        """
                )
                .execute(arguments: [request.contactID])
            }
            try db.cachedStatement(
                sql: "UPDATE event SET available_at = ?, last_error = ? WHERE id = ? AND waits_for = 'profile'"
            )
            .execute(arguments: [
                min(until.milliseconds, time.read().wall + FetchTable.longestPutOff), reason, request.eventID,
            ])
        }
    }
}
