import Foundation
import TestSupport

/// The same callbacks inserted by SQLite's own shell, a transaction each, at either level of safety: what would have been
/// lost, had LeadRelay left `synchronous` as GRDB and most queues on SQLite set it.
struct BareSQLiteRun: Sendable {
    let trace: SystemCallTrace
    /// Each callback that the shell said to have stored, and the event at which it said so.
    let acknowledged: [(id: String, event: Int)]
    let disk: DiskModel

    /// Runs the shell under `strace`; `synchronous` is `FULL` or `NORMAL`, everything else is as SQLite has it.
    init(_ load: PowerLossLoad, synchronous: String) async throws {
        let folder = try TemporaryDirectory()
        let file = folder.path("trace.log")
        let script = folder.path("script.log")
        let setUp = "PRAGMA journal_mode = WAL; CREATE TABLE callback (id TEXT PRIMARY KEY, body TEXT) STRICT;"
        let inserts = load.callbacks.map { callback in
            "INSERT INTO callback VALUES ('\(callback.id)', '\(callback.body)');\n.print stored \(callback.id)"
        }
        try "\(setUp)\nPRAGMA synchronous = \(synchronous);\n\(inserts.joined(separator: "\n"))\n"
            .write(toFile: script, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            SystemCallTracer.command(writing: file)
            // A line at a time: the shell would keep what it prints otherwise.
            + ["stdbuf", "-oL", "sqlite3", "-bail", folder.path("journal.sqlite")]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: script))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try await SystemCallTracer.waitForEnd(of: file)
        let trace = try SystemCallTrace(contentsOf: file)
        self.trace = trace
        acknowledged = trace.events.enumerated().compactMap { place, event in
            guard case .entered(let number) = event, trace.calls[number].name == "write",
                trace.calls[number].number(0) == 1
            else { return nil }
            let words = trace.calls[number].text(1)?.split(whereSeparator: \.isWhitespace) ?? []
            return words.first == "stored" && words.count == 2 ? (String(words[1]), place) : nil
        }
        disk = DiskModel(folder: folder.url.path)
    }
}

extension PowerLossFinding {
    /// Looks with SQLite's own shell.
    init(lookingInto cut: PowerCut, due: Set<String>) async throws {
        struct Stored: Decodable { var id: String }
        let folder = try TemporaryDirectory(in: Self.memory)
        try cut.restore(into: folder)
        do {
            let path = folder.path("journal.sqlite")
            let stored = try PlainSQL.rows("SELECT id FROM callback", in: path, as: Stored.self)
            lost = due.subtracting(stored.map(\.id))
            let verdict = try PlainSQL.text("PRAGMA integrity_check", in: path)
            if verdict != "ok" { problems.append(verdict) }
        } catch {
            lost = due
            if !due.isEmpty { problems.append("\(error)") }
        }
    }
}
