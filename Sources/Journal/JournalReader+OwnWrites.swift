import GRDB
package import Model

extension JournalReader {
    /// Our writes to a Lead or Contact, the latest first; of somebody's many the last 500.
    package func ownWrites(toRecord id: String) async throws(JournalError) -> [OwnWrite] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Self.ownWritesSQL), arguments: [id]).compactMap(
                OwnWrite.init(row:)
            )
        }
    }

    static let ownWritesSQL = """
        SELECT kind, state, json_extract(before, '$.HasOptedOutOfEmail') AS had_opted_out,
            json_extract(before, '$.LastModifiedDate') AS version_before, record_version
        FROM effect WHERE record_id = ? AND object IN ('Lead', 'Contact') ORDER BY id DESC LIMIT 500
        """

    /// Whether a complaint or a blacklisting of the person was ever told, also where that is no opt-out by the settings.
    package func hasComplained(_ person: Person, contactIDs: [String]) async throws(JournalError) -> Bool {
        try await read { db in
            let byPerson = try Bool.fetchOne(
                db.cachedStatement(sql: Self.complaintSQL(of: "person")),
                arguments: [person.rawValue]
            )
            guard byPerson != true else { return true }
            return try contactIDs.contains { contactID in
                try Bool.fetchOne(db.cachedStatement(sql: Self.complaintSQL(of: "contact_id")), arguments: [contactID])
                    ?? false
            }
        }
    }

    static func complaintSQL(of column: String) -> String {
        """
        SELECT EXISTS (
            SELECT 1 FROM event WHERE \(column) = ? AND action = 'removed'
                AND lower(json_extract(payload, '$.reason')) IN ('complaint', 'blacklisted'))
        """
    }
}

extension OwnWrite {
    fileprivate init?(row: Row) {
        guard let kind = EffectKind(rawValue: row["kind"]) else { return nil }
        self.init(
            kind: kind,
            isConfirmed: row["state"] == "confirmed",
            hadOptedOut: row["had_opted_out"],
            before: (row["version_before"] as String?).map(RecordVersion.init(text:)),
            after: (row["record_version"] as String?).map(RecordVersion.init(text:))
        )
    }
}
