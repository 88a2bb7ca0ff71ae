import GRDB
import Model
import Time

/// Who asks for what, and until when nobody else does.
extension FetchTable {
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
}
