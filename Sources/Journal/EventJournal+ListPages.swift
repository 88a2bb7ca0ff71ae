import GRDB
package import Model
import Time

extension JournalReader {
    /// The crowd that a list page would help most urgently, if there is one.
    ///
    /// - Parameter company: How long the first of them has waited for others.
    /// - Returns: At least two contacts of one list, or nil.
    /// - Throws: `JournalError`.
    package func listCrowd(company: Duration) async throws(JournalError) -> ListCrowd? {
        try await read { [time] db in
            let now = time.read().wall
            let best = try Row.fetchOne(
                db.cachedStatement(sql: FetchTable.crowdsSQL),
                arguments: [now, now - company.wholeMilliseconds]
            )
            guard let best, let lane = Lane(rawValue: best["lane"]) else { return nil }
            let listID: String = best["list_id"]
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: FetchTable.crowdSQL),
                arguments: [listID, now]
            )
            let times = rows.map { $0["occurred_at"] as Int64 }
            guard let first = times.min(), let last = times.max() else { return nil }
            return ListCrowd(
                listID: listID,
                contactIDs: Set(rows.map { $0["contact_id"] as String }),
                subscribedAt: Timestamp(milliseconds: first)...Timestamp(milliseconds: last),
                lane: lane
            )
        }
    }
}

extension EventJournal {
    /// Keeps what a page of a list says of those who wait for it, and lets their events run.
    ///
    /// Also of whoever came while the page was asked for; what it says of anybody else is of no use. Tags and custom fields that are known stay: a page carries neither.
    package func storeListed(_ contacts: [ContactDetails]) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read().wall
            for details in contacts {
                guard let contactID = details.contactID, try FetchTable.isListable(contactID, db) else { continue }
                try db.cachedStatement(
                    sql: """
                        INSERT INTO profile (contact_id, person, listed_at, details) VALUES (?1, ?2, ?3, ?4)
                        ON CONFLICT (contact_id) DO UPDATE SET
                            person = excluded.person, listed_at = excluded.listed_at,
                            details = json_patch(coalesce(details, '{}'), excluded.details)
                        """
                )
                .execute(arguments: [
                    contactID, details.email.flatMap(Person.init(email:))?.rawValue, now, try JSONText.encode(details),
                ])
                let woken = try FetchTable.wake(contactID: contactID, now: now, onlyListable: true, db)
                try FetchTable.count(.listed, min(1, woken), db)
                try FetchTable.count(.shared, woken - 1, db)
            }
        }
    }

    /// Ends a run over a list's pages: who was not on them is asked for alone from now on, and who came meanwhile waits no
    /// longer than for company.
    package func endPages(ofList listID: String, missing contactIDs: Set<String>) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read().wall
            for contactID in contactIDs {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO profile (contact_id, listed_at)
                        SELECT ?1, max(?2, coalesce(max(received_at), 0)) FROM event
                        WHERE contact_id = ?1 AND waits_for = 'profile'
                        HAVING EXISTS (SELECT 1 FROM event WHERE contact_id = ?1)
                        ON CONFLICT (contact_id) DO UPDATE SET listed_at = excluded.listed_at
                        """
                )
                .execute(arguments: [contactID, now])
            }
            try FetchTable.endPutOff(listID: listID, now: now, db)
        }
    }

    /// Gives up a run over a list's pages for now; it is tried again at `until`.
    package func postponePages(ofList listID: String, until: Timestamp) async throws(JournalError) {
        try await write { [time] db in
            let latest = time.read().wall + FetchTable.longestPutOff
            _ = try FetchTable.putOff(listID: listID, until: min(until.milliseconds, latest), due: .max, db)
        }
    }
}
