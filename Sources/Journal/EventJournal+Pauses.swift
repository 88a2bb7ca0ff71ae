import GRDB
import Model
import Time

extension EventJournal {
    /// Sets a pause, or prolongs it: the longest one named stays.
    package func setPause(_ pause: Pause) async throws(JournalError) {
        try await write { [time] db in try SettingTable.keepLonger(pause, now: time.read(), db) }
    }

    /// Makes the pauses that wait for a person due at once: whoever starts a worker may have mended what they are about.
    ///
    /// What the server or the org's allowance asks for stays as it is: a restart changes nothing of that.
    package func hastenPauses() async throws(JournalError) {
        guard try await reader.pauses().contains(where: { $0.errorClass == .configuration }) else { return }
        try await write { [time] db in try SettingTable.hastenPauses(now: time.read(), db) }
    }

    /// Ends a pause: what it was about works again.
    package func clearPause(_ subject: PauseSubject) async throws(JournalError) {
        try await write { db in try SettingTable.clear(subject, db) }
    }

    /// Stores a setting that SQL views read, such as `optOut.deadline` in milliseconds; `value` is JSON.
    package func storeSetting(_ key: String, value: String) async throws(JournalError) {
        try await write { [time] db in
            try SettingTable.store(key, value, now: time.read().wall, db)
        }
    }
}

extension JournalReader {
    /// The pauses that were set and not ended; one whose time has passed is waiting for the next try to prove it over.
    package func pauses() async throws(JournalError) -> [Pause] {
        try await read(SettingTable.pauses(_:))
    }
}

/// The statements of `setting`.
enum SettingTable {
    struct PauseValue: Codable {
        var reason: String
        var errorClass: ErrorClass
        var until: Int64
        /// The end by the boot clock, which counts within that boot: the wall clock may be set meanwhile.
        var bootID: String?
        var untilBoot: Int64?
        /// How much longer the whole pause lasts than the server's own word within it, in milliseconds; nil where the server has
        /// said nothing.
        var beyondWord: Int64?
        /// When an event was last let go to try what the pause is about, by the boot clock of `triedBootID`.
        var triedBoot: Int64?
        var triedBootID: String?

        /// What is left of the pause, in milliseconds.
        func remaining(at now: TimeReading) -> Int64 {
            if let untilBoot, bootID == now.bootID { return untilBoot - now.boot }
            return until - now.wall
        }

        /// Whether an event was let go to try it so short a time ago that its end may not be known yet.
        func wasTried(within interval: Duration, at now: TimeReading) -> Bool {
            guard let triedBoot, triedBootID == now.bootID else { return false }
            return now.boot - triedBoot < interval.wholeMilliseconds
        }

        /// What is left of the time for which the server asked for silence; nil where it did not.
        func wordRemaining(at now: TimeReading) -> Int64? {
            if let beyondWord { return remaining(at: now) - beyondWord }
            return errorClass == .throttled ? remaining(at: now) : nil
        }
    }

    static func store(_ key: String, _ value: String, now: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO setting (key, value, updated_at) VALUES (?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                WHERE excluded.value <> setting.value
                """
        )
        .execute(arguments: [key, value, now])
    }

    static func clear(_ subject: PauseSubject, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM setting WHERE key = ?").execute(arguments: ["pause:" + subject.name])
    }

    static func pause(_ subject: PauseSubject, _ db: Database) throws -> PauseValue? {
        try pause(named: subject.name, db)
    }

    static func pause(named name: String, _ db: Database) throws -> PauseValue? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?"),
            arguments: ["pause:" + name]
        ).map { try JSONText.decode(PauseValue.self, from: $0) }
    }

    static func noteTry(ofPause name: String, now: TimeReading, _ db: Database) throws {
        guard var value = try pause(named: name, db) else { return }
        value.triedBoot = now.boot
        value.triedBootID = now.bootID
        try db.cachedStatement(sql: "UPDATE setting SET value = ?, updated_at = ? WHERE key = ?")
            .execute(arguments: [try JSONText.encode(value), now.wall, "pause:" + name])
    }

    /// Sets a pause unless one that ends later is set; the longest word of the server is kept beside a fault's pause.
    static func keepLonger(_ pause: Pause, now: TimeReading, _ db: Database) throws {
        var value = PauseValue(
            reason: pause.reason,
            errorClass: pause.errorClass,
            until: pause.until.milliseconds,
            bootID: now.bootID,
            untilBoot: now.boot + pause.until.milliseconds - now.wall
        )
        if let held = try self.pause(pause.subject, db) {
            let word = [held, value].compactMap { $0.wordRemaining(at: now) }.max()
            if held.remaining(at: now) > value.remaining(at: now) {
                guard word != held.wordRemaining(at: now) else { return }
                value = held
            }
            value.beyondWord = word.map { value.remaining(at: now) - $0 }
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO setting (key, value, updated_at) VALUES (?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                """
        )
        .execute(arguments: ["pause:" + pause.subject.name, try JSONText.encode(value), now.wall])
    }

    /// Moves the end of every fault's pause to now, or to the end of the server's own word.
    static func hastenPauses(now: TimeReading, _ db: Database) throws {
        for pause in try pauses(db) where pause.errorClass == .configuration {
            guard var value = try self.pause(pause.subject, db), value.remaining(at: now) > 0 else { continue }
            let word = value.wordRemaining(at: now)
            let wait = max(0, word ?? 0)
            value.until = now.wall + wait
            value.untilBoot = now.boot + wait
            value.bootID = now.bootID
            value.beyondWord = word.map { _ in 0 }
            value.triedBoot = nil
            value.triedBootID = nil
            try db.cachedStatement(sql: "UPDATE setting SET value = ?, updated_at = ? WHERE key = ?")
                .execute(arguments: [try JSONText.encode(value), now.wall, "pause:" + pause.subject.name])
        }
    }

    /// Ends a pause whose time has passed.
    static func clearIfOver(_ subject: PauseSubject, now: TimeReading, _ db: Database) throws {
        guard let held = try pause(subject, db), held.remaining(at: now) <= 0 else { return }
        try clear(subject, db)
    }

    static func pauses(_ db: Database) throws -> [Pause] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT key, value FROM setting WHERE key >= 'pause:' AND key < 'pause;' ORDER BY key"
            )
        )
        return try rows.compactMap { row in
            guard let subject = PauseSubject(name: String((row["key"] as String).dropFirst("pause:".count))) else {
                return nil
            }
            let value = try JSONText.decode(PauseValue.self, from: row["value"])
            return Pause(
                subject: subject,
                reason: value.reason,
                errorClass: value.errorClass,
                until: Timestamp(milliseconds: value.until)
            )
        }
    }
}
