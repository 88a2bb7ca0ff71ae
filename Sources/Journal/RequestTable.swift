import GRDB
import Model
import Time

/// The statements of `api_request`.
enum RequestTable {
    /// Ages in milliseconds, oldest first, of the requests of this boot and of earlier ones within the window.
    static let agesSQL = """
        SELECT age FROM (
            SELECT max(?1 - granted_boot, 0) AS age FROM api_request WHERE boot_id = ?2 AND granted_boot > ?1 - ?3
            UNION ALL
            SELECT max(?4 - granted_at, 0) FROM api_request WHERE granted_at > ?4 - ?3 AND boot_id <> ?2
        )
        """

    static func window(cap: Int, length: Duration, now: TimeReading, _ db: Database) throws -> RequestWindow {
        let arguments: StatementArguments = [now.boot, now.bootID, length.wholeMilliseconds, now.wall]
        let summary = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT count(*), max(age), min(age), count(*) FILTER (WHERE age < 1000) FROM (\(agesSQL))"
            ),
            arguments: arguments
        )
        let count: Int = summary?[0] ?? 0
        var window = RequestWindow(
            count: count,
            oldestAge: (summary?[1] as Int64?).map { .milliseconds($0) },
            newestAge: (summary?[2] as Int64?).map { .milliseconds($0) },
            lastSecondCount: summary?[3] ?? 0
        )
        if count >= cap {
            // One fits when the window holds cap - 1, so that many of the newest may stay.
            let age = try Int64.fetchOne(
                db.cachedStatement(sql: agesSQL + " ORDER BY age LIMIT 1 OFFSET ?5"),
                arguments: arguments + [max(cap, 1) - 1]
            )
            window.blockingAge = age.map { .milliseconds($0) }
        }
        return window
    }
}
