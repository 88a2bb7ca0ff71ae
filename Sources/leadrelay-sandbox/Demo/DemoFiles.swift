import Foundation

/// Where the demo keeps its journal and its logs; they stay, to be looked into.
struct DemoFiles: Sendable {
    let folder: String

    init(folder: String?) throws {
        let url =
            folder.map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("leadrelay-demo-\(getpid())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.folder = url.path
        for file in try FileManager.default.contentsOfDirectory(atPath: url.path)
        where file.hasPrefix("leadrelay.sqlite") {
            try FileManager.default.removeItem(at: url.appendingPathComponent(file))
        }
    }

    var journal: String { folder + "/leadrelay.sqlite" }

    func log(_ name: String) -> String { "\(folder)/\(name).log" }

    var whereToLook: String {
        """
        Where to look next:
          sqlite3 -readonly \(journal) 'SELECT person, state, seconds_to_confirm FROM opt_out_audit LIMIT 5'
          sqlite3 -readonly \(journal) 'SELECT lane, state, count FROM queue_health'
          sqlite3 -readonly \(journal) "SELECT datetime(at/1000, 'unixepoch'), what, detail FROM contact_timeline
            WHERE person = (SELECT person FROM opt_out_audit LIMIT 1) ORDER BY at"
        """
    }
}
