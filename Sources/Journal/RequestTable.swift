import GRDB
import Model
import Time

/// The statements of `api_request`.
enum RequestTable {
    /// Ages in milliseconds, newest first, of the requests of this boot and of earlier ones within the window.
    static let agesSQL = """
        SELECT max(?1 - granted_boot, 0) AS age FROM api_request WHERE boot_id = ?2 AND granted_boot > ?1 - ?3
        UNION ALL
        SELECT max(?4 - granted_at, 0) FROM api_request WHERE granted_at > ?4 - ?3 AND boot_id <> ?2
        ORDER BY age
        """

    /// How many of them upkeep has used, and how many may be under way; of an earlier boot nothing is.
    static let countsSQL = """
        SELECT
            (SELECT count(*) FROM api_request WHERE share = 'upkeep' AND boot_id = ?2 AND granted_boot > ?1 - ?3)
            + (SELECT count(*) FROM api_request WHERE share = 'upkeep' AND granted_at > ?4 - ?3 AND boot_id <> ?2),
            (SELECT count(*) FROM api_request WHERE finished_at IS NULL AND boot_id = ?2 AND granted_boot > ?1 - ?5)
        """

    static func window(length: Duration, flight: Duration, now: TimeReading, _ db: Database) throws -> RequestWindow {
        let arguments: StatementArguments = [now.boot, now.bootID, length.wholeMilliseconds, now.wall]
        let ages = try Int64.fetchAll(db.cachedStatement(sql: agesSQL), arguments: arguments)
        let counts = try Row.fetchOne(
            db.cachedStatement(sql: countsSQL),
            arguments: arguments + [flight.wholeMilliseconds]
        )
        let pause = try SettingTable.pause(.getResponse, db)
        let remaining = min(pause?.remaining(at: now) ?? 0, longestRest)
        let asked = min(max(0, pause?.wordRemaining(at: now) ?? 0), remaining)
        return RequestWindow(
            ages: ages,
            upkeepCount: counts?[0] ?? 0,
            inFlight: counts?[1] ?? 0,
            rest: remaining > 0
                ? RequestWindow.Rest(remaining: .milliseconds(remaining), asked: .milliseconds(asked)) : nil
        )
    }

    /// No word of a server holds us up longer, and no clock that was set back either: an hour in milliseconds.
    private static let longestRest: Int64 = 3_600_000

    /// Follows a wall clock that was set: rows of this boot are dated anew by the boot clock.
    ///
    /// After the next restart of the machine only their wall time is left to count by.
    static func followClock(length: Duration, now: TimeReading, _ db: Database) throws {
        guard try isDatedWrong(now: now, db) else { return }
        try db.cachedStatement(
            sql: "UPDATE api_request SET granted_at = granted_boot + ? WHERE boot_id = ? AND granted_boot > ?"
        )
        .execute(arguments: [now.wall - now.boot, now.bootID, now.boot - length.wholeMilliseconds])
    }

    /// Whether the wall clock was set since the last request of this boot.
    static func isDatedWrong(now: TimeReading, _ db: Database) throws -> Bool {
        let offset = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT granted_at - granted_boot FROM api_request WHERE boot_id = ?
                    ORDER BY granted_boot DESC LIMIT 1
                    """
            ),
            arguments: [now.bootID]
        )
        return offset.map { abs($0 - (now.wall - now.boot)) > 1000 } ?? false
    }

    static func insert(_ ask: RequestAsk, now: TimeReading, _ db: Database) throws -> LedgerGrant {
        try db.cachedStatement(
            sql: """
                INSERT INTO api_request (purpose, share, granted_at, boot_id, granted_boot, worker, event_id)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        )
        .execute(arguments: [
            ask.purpose, ask.share.rawValue, now.wall, now.bootID, now.boot, ask.worker, ask.eventID,
        ])
        return LedgerGrant(id: db.lastInsertedRowID, grantedBoot: now.boot)
    }
}
