import Journal
import Logging
import Model

/// Watches the journal's write-ahead log, and says so when a reader keeps it from being emptied.
struct WALWatch: Sendable {
    let journal: EventJournal
    /// The size in bytes from which on a log that can't be emptied is alarming.
    let limit: Int64
    let logger: Logger

    func runOnce() async throws(JournalError) {
        switch try await journal.watchWAL(limit: limit) {
        case .quiet, .standing: break
        case .raised(let alarm):
            logger.error(
                "The write-ahead log can't be emptied: somebody reads an old snapshot; doctor names who has the file open",
                metadata: ["wal.bytes": "\(alarm.bytes)", "wal.limit": "\(alarm.limit)"]
            )
        case .over(let alarm):
            let since = Timestamp(milliseconds: alarm.since).iso8601
            logger.notice("The write-ahead log was emptied again", metadata: ["alarm.since": "\(since)"])
        }
    }
}
