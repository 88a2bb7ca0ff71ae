import GRDB
package import Model
import Time

extension JournalReader {
    /// What tells tellings of one open or click from others, with the terms of the index `event_telling` to the letter: the
    /// look must cost the same whatever a person has opened.
    private static let tellingTerms = """
        person_number = (SELECT e.person_number FROM event AS e WHERE e.id = ?1)
        AND action = ?2 AND action IN ('open', 'click')
        AND coalesce(json_extract(payload, '$.message.id'), json_extract(payload, '$.message.name')) IS ?3
        AND coalesce(json_extract(payload, '$.link.id'), json_extract(payload, '$.link.url')) IS ?4
        """

    /// The first of those before an event that were received in the window up to it.
    static let earlierTellingSQL = """
        SELECT id, received_at FROM event INDEXED BY event_telling
        WHERE \(tellingTerms) AND received_at BETWEEN ?5 - ?6 AND ?5 AND id < ?7 AND state <> 'discarded'
        ORDER BY received_at, id LIMIT 1
        """

    /// The first of those before an event that were received after it by a clock that was set back since.
    ///
    /// What came after it stands among them, so that a few are looked at and no more.
    static let laterByTheClockSQL = """
        SELECT id, received_at FROM (
            SELECT id, received_at, state FROM event INDEXED BY event_telling
            WHERE \(tellingTerms) AND received_at > ?5 AND received_at <= ?5 + ?6
            ORDER BY received_at, id LIMIT 100)
        WHERE id < ?7 AND state <> 'discarded' LIMIT 1
        """

    /// The first event that told the same open or click as this one, each within the window after the one before it: the
    /// window slides, as that of duplicates does.
    ///
    /// The message is told by its id, or by its name where there is none; the link by its id or its URL.
    ///
    /// - Returns: That event, or nil when this one is the first.
    /// - Throws: `JournalError` when the journal can't be read.
    package func earlierTelling(
        of eventID: Int64,
        action: Action,
        message: String?,
        link: String?,
        receivedAt: Timestamp,
        window: Duration
    ) async throws(JournalError) -> Int64? {
        try await read { db in
            let looks = try [Self.earlierTellingSQL, Self.laterByTheClockSQL].map(db.cachedStatement(sql:))
            var first: Int64?
            var receivedAt = receivedAt
            while true {
                let arguments: StatementArguments = [
                    eventID, action.rawValue, message, link, receivedAt.milliseconds, window.wholeMilliseconds,
                    first ?? eventID,
                ]
                let found =
                    try Row.fetchOne(looks[0], arguments: arguments) ?? Row.fetchOne(looks[1], arguments: arguments)
                guard let found else { break }
                first = found[0]
                receivedAt = Timestamp(milliseconds: found[1])
            }
            return first
        }
    }
}
