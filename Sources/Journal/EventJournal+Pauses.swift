import GRDB
import Model
import Time

extension EventJournal {
    /// Sets a pause, or prolongs it: the longest one named stays.
    package func setPause(_ pause: Pause) async throws(JournalError) {
        try await write { [time] db in
            let value = SettingTable.PauseValue(
                reason: pause.reason,
                errorClass: pause.errorClass,
                until: pause.until.milliseconds
            )
            try db.cachedStatement(
                sql: """
                    INSERT INTO setting (key, value, updated_at) VALUES (?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                    WHERE json_extract(excluded.value, '$.until') >= json_extract(setting.value, '$.until')
                    """
            )
            .execute(arguments: ["pause:" + pause.subject.name, try JSONText.encode(value), time.read().wall])
        }
    }

    /// Ends a pause: what it was about works again.
    package func clearPause(_ subject: PauseSubject) async throws(JournalError) {
        try await write { db in
            try db.cachedStatement(sql: "DELETE FROM setting WHERE key = ?")
                .execute(arguments: ["pause:" + subject.name])
        }
    }

    /// Stores a setting that SQL views read, such as `optOut.deadline` in milliseconds; `value` is JSON.
    package func storeSetting(_ key: String, value: String) async throws(JournalError) {
        try await write { [time] db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO setting (key, value, updated_at) VALUES (?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                    WHERE excluded.value <> setting.value
                    """
            )
            .execute(arguments: [key, value, time.read().wall])
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
