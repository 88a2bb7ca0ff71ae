import GRDB
package import Model
import Time

/// An event that waits for its contact's details.
package struct ProfileRequest: Hashable, Sendable {
    package var eventID: Int64
    package var contactID: String
    /// How often GetResponse had no such contact, or no answer, since it last brought one.
    package var failures: Int
}

extension JournalReader {
    static let dueProfileRequestsSQL = """
        SELECT e.id, e.contact_id, coalesce(p.failures, 0) AS failures
        FROM event AS e LEFT JOIN profile AS p ON p.contact_id = e.contact_id
        WHERE e.waits_for = 'profile' AND e.available_at <= ? AND e.contact_id IS NOT NULL
        ORDER BY e.available_at, e.id LIMIT ?
        """

    /// The events whose profile may be asked for now, oldest due first.
    package func dueProfileRequests(limit: Int) async throws(JournalError) -> [ProfileRequest] {
        try await read { [time] db in
            try Row.fetchAll(
                db.cachedStatement(sql: Self.dueProfileRequestsSQL),
                arguments: [time.read().wall, limit]
            ).map { ProfileRequest(eventID: $0["id"], contactID: $0["contact_id"], failures: $0["failures"]) }
        }
    }

    /// The details that were last fetched of a contact; nil where none were, or GetResponse no longer had it.
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
    /// Keeps fetched details (nil: GetResponse has no such contact any more) and lets every event that waits for them run.
    package func storeProfile(_ details: ContactDetails?, contactID: String) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read().wall
            try db.cachedStatement(
                sql: """
                    INSERT INTO profile (contact_id, person, fetched_at, details, failures) VALUES (?, ?, ?, ?, 0)
                    ON CONFLICT (contact_id) DO UPDATE SET
                        person = excluded.person, fetched_at = excluded.fetched_at, details = excluded.details, failures = 0
                    """
            )
            .execute(arguments: [
                contactID, details?.email.flatMap(Person.init(email:))?.rawValue, now,
                try details.map { try JSONText.encode($0) },
            ])
            try db.cachedStatement(
                sql: """
                    UPDATE event SET state = 'available', waits_for = NULL, available_at = ?
                    WHERE contact_id = ? AND state = 'snoozed' AND waits_for = 'profile'
                    """
            )
            .execute(arguments: [now, contactID])
        }
    }

    /// Puts a fetch off after a failure that says something about the contact or the connection.
    package func postponeProfile(
        of request: ProfileRequest,
        until: Timestamp,
        countsAsFailure: Bool,
        reason: String
    ) async throws(JournalError) {
        try await write { db in
            if countsAsFailure {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO profile (contact_id, failures) VALUES (?, 1)
                        ON CONFLICT (contact_id) DO UPDATE SET failures = failures + 1
                        """
                )
                .execute(arguments: [request.contactID])
            }
            try db.cachedStatement(
                sql: "UPDATE event SET available_at = ?, last_error = ? WHERE id = ? AND waits_for = 'profile'"
            )
            .execute(arguments: [until.milliseconds, reason, request.eventID])
        }
    }
}
