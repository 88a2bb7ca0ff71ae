import Foundation

/// Asks a journal as an operator does, with `sqlite3`.
///
/// It runs in a process of its own: SQLite's locks are per process, and a test that has the journal open must not lose them.
package enum PlainSQL {
    package struct Failed: Error, CustomStringConvertible {
        package var description: String
    }

    /// A row that breaks a rule.
    package struct Fault: Decodable, Sendable, CustomStringConvertible {
        package var what: String
        package var row: Int64

        package var description: String { "\(what): row \(row)" }
    }

    /// The rows that `sql` selects, each with the columns that `Row` names.
    package static func rows<Row: Decodable>(_ sql: String, in path: String, as: Row.Type = Row.self) throws -> [Row] {
        let output = try run(["-readonly", "-json", path, sql])
        guard !output.isEmpty else { return [] }
        return try JSONDecoder().decode([Row].self, from: output)
    }

    /// The first column of the first row, as `sqlite3` prints it.
    package static func text(_ sql: String, in path: String) throws -> String {
        String(decoding: try run(["-readonly", path, sql]), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Changes the file, as a careless hand may.
    package static func execute(_ sql: String, in path: String) throws {
        _ = try run([path, sql])
    }

    /// What breaks invariants 2, 3, 4 and 7 in a journal that has nothing left to do.
    package static func faults(in path: String) throws -> [Fault] {
        try rows(faultsSQL, in: path)
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-bail"] + arguments
        let output = Pipe()
        let complaints = Pipe()
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(description: String(decoding: complaint, as: UTF8.self))
        }
        return data
    }

    private static let faultsSQL = """
        SELECT 'an event without an end (7)' AS what, id AS row FROM event
        WHERE state NOT IN ('completed', 'dead', 'discarded') OR finalized_at IS NULL
        UNION ALL SELECT 'a claim without its one attempt (7)', e.id FROM event AS e
        WHERE e.claim <> (SELECT count(*) FROM attempt AS a WHERE a.event_id = e.id)
            OR e.claim <> (SELECT coalesce(max(claim), 0) FROM attempt AS a WHERE a.event_id = e.id)
        UNION ALL SELECT 'a completed event with a further attempt (2)', a.event_id FROM attempt AS a
        WHERE a.outcome = 'completed' AND EXISTS (SELECT 1 FROM attempt AS b WHERE b.event_id = a.event_id AND b.id > a.id)
        UNION ALL SELECT 'a record created twice (2)', max(id) FROM effect
        WHERE created_record = 1 GROUP BY record_id HAVING count(*) > 1
        UNION ALL SELECT 'a key created twice (2)', max(id) FROM effect
        WHERE created_record = 1 AND external_key IS NOT NULL -- a member's key is its campaign, with one member a person
        GROUP BY object, external_key, iif(object = 'CampaignMember', person, '') HAVING count(*) > 1
        UNION ALL SELECT 'an effect left open (2)', id FROM effect
        WHERE state IN ('planned', 'sent', 'unknown') AND kind <> 'optout.details' -- which is tried once, as best it can
        UNION ALL SELECT 'an opt-out taken back (3)', id FROM effect WHERE json_extract(fields, '$.HasOptedOutOfEmail') = 0
        UNION ALL SELECT 'an opt-out that was not read back (4)', f.id FROM effect AS f
        WHERE f.kind IN ('optout.lead', 'optout.contact') AND f.verified_at IS NULL AND EXISTS (
            SELECT 1 FROM effect_event AS x JOIN event AS e ON e.id = x.event_id
            WHERE x.effect_id = f.id AND e.opt_out = 1 AND e.state = 'completed')
        UNION ALL SELECT 'a callback that became nothing (7)', id FROM callback
        WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE callback_id = callback.id)
        """
}
