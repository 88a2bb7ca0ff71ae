import Foundation
import GRDB
import Time

/// The write-ahead log is long and a checkpoint can't empty it, since somebody reads an old snapshot.
///
/// The log then grows with every commit until that reader ends: a forgotten `sqlite3` shell in a transaction, a stuck backup.
package struct WALAlarm: Hashable, Codable, Sendable {
    /// When it was raised, in milliseconds since 1970 UTC.
    package var since: Int64
    /// The log's size then, in bytes.
    package var bytes: Int64
    /// The size from which on it is alarming (`journal.walAlarmBytes`).
    package var limit: Int64

    package init(since: Int64, bytes: Int64, limit: Int64) {
        self.since = since
        self.bytes = bytes
        self.limit = limit
    }

    /// Its key in `setting`.
    static let settingKey = "alarm:wal"
}

/// What a look at the write-ahead log came to.
package enum WALFinding: Hashable, Sendable {
    /// It is short.
    case quiet
    /// It is long although a checkpoint was tried, for the first time.
    case raised(WALAlarm)
    /// It still is.
    case standing(WALAlarm)
    /// It was, and is short again.
    case over(WALAlarm)
}

extension JournalReader {
    /// The alarm that stands, if any; one whose log is short again is over, whether or not somebody noted it.
    package func walAlarm() async throws(JournalError) -> WALAlarm? {
        guard let alarm = try await storedWALAlarm(), walBytes >= alarm.limit else { return nil }
        return alarm
    }

    fileprivate func storedWALAlarm() async throws(JournalError) -> WALAlarm? {
        try await read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?"),
                arguments: [WALAlarm.settingKey]
            ).map { try JSONText.decode(WALAlarm.self, from: $0) }
        }
    }
}

extension EventJournal {
    /// Looks at the size of the write-ahead log, tries a checkpoint where it is long, and raises or ends the alarm.
    package func watchWAL(limit: Int64) async throws(JournalError) -> WALFinding {
        let alarm = try await reader.storedWALAlarm()
        if reader.walBytes >= limit { try WALCheckpoint.attempt(configuration) }
        let bytes = reader.walBytes
        switch (alarm, bytes >= limit) {
        case (nil, false): return .quiet
        case (let alarm?, true): return .standing(alarm)
        case (nil, true):
            let alarm = WALAlarm(since: time.read().wall, bytes: bytes, limit: limit)
            try await storeSetting(WALAlarm.settingKey, value: try Self.text(of: alarm))
            return .raised(alarm)
        case (let alarm?, false):
            try await write { db in
                try db.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [WALAlarm.settingKey])
            }
            return .over(alarm)
        }
    }

    private static func text(of alarm: WALAlarm) throws(JournalError) -> String {
        do {
            return try JSONText.encode(alarm)
        } catch {
            throw .database("\(error)")
        }
    }
}

/// A checkpoint that belongs to no commit, on a connection of its own.
enum WALCheckpoint {
    /// Empties the log as far as readers allow, under the journal's lock, without waiting for any of them.
    static func attempt(_ configuration: JournalConfiguration) throws(JournalError) {
        do {
            let lock = try FileLock(path: configuration.path + ".lock")
            try lock.acquire(timeout: configuration.lockTimeout)
            defer { lock.release() }
            var connection = JournalConnections.configuration()
            connection.busyMode = .immediateError
            let queue = try DatabaseQueue(path: configuration.path, configuration: connection)
            try queue.writeWithoutTransaction { db in
                _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try queue.close()
        } catch FileLock.Failure.timedOut {
            throw .busy("another process held its lock for \(configuration.lockTimeout)")
        } catch {
            throw JournalError(error)
        }
    }
}
