import GRDB
import Model
import Time

extension EventJournal {
    /// Lets go what pauses hold: everything of a pause that is over, and of one that is due a single event that tries it.
    ///
    /// - Parameter probeInterval: How long one try may take to show whether the fault is mended, before the next is made.
    /// - Returns: How many events became available: at most 1,000 of a pause, so that nothing else waits for long.
    /// - Throws: `JournalError`; then nothing is let go.
    package func releaseHeldEvents(probeInterval: Duration) async throws(JournalError) -> Int {
        guard try await reader.hasReleasableEvents(probeInterval: probeInterval) else { return 0 }
        return try await write { [time] db in
            let now = time.read()
            return try HeldEvents.releases(now: now, probeInterval: probeInterval, db)
                .reduce(0) { try $0 + HeldEvents.carryOut($1, now: now, db) }
        }
    }
}

extension JournalReader {
    /// Whether a pause that is over or due holds anything.
    package func hasReleasableEvents(probeInterval: Duration) async throws(JournalError) -> Bool {
        try await read { [time] db in
            try !HeldEvents.releases(now: time.read(), probeInterval: probeInterval, db).isEmpty
        }
    }
}

/// The events that pauses hold.
enum HeldEvents {
    /// What may go, of those that one pause holds.
    struct Release: Equatable {
        /// The pause's name.
        var pause: String
        /// Whether the pause stands, so that a single event tries what it is about.
        var isProbe: Bool
    }

    static let nextPauseSQL = """
        SELECT min(held_by) FROM event INDEXED BY event_held WHERE state = 'snoozed' AND held_by > ?
        """

    static let releaseSQL = """
        UPDATE event SET state = 'available', held_by = NULL, available_at = ?1 WHERE id IN (
            SELECT id FROM event INDEXED BY event_held WHERE state = 'snoozed' AND held_by = ?2
            ORDER BY lane, occurred_at, id LIMIT ?3)
        """

    static func releases(now: TimeReading, probeInterval: Duration, _ db: Database) throws -> [Release] {
        var releases: [Release] = []
        var last = ""
        while let name = try String.fetchOne(db.cachedStatement(sql: nextPauseSQL), arguments: [last]) {
            last = name
            guard let pause = try SettingTable.pause(named: name, db) else {
                releases.append(Release(pause: name, isProbe: false))
                continue
            }
            guard pause.remaining(at: now) <= 0, !pause.wasTried(within: probeInterval, at: now) else { continue }
            releases.append(Release(pause: name, isProbe: true))
        }
        return releases
    }

    /// - Returns: How many events became available.
    static func carryOut(_ release: Release, now: TimeReading, _ db: Database) throws -> Int {
        if release.isProbe { try SettingTable.noteTry(ofPause: release.pause, now: now, db) }
        try db.cachedStatement(sql: releaseSQL).execute(arguments: [
            now.wall, release.pause, release.isProbe ? 1 : 1000,
        ])
        return db.changesCount
    }
}
