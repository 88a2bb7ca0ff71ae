import Journal
import Model
package import Time

extension Check {
    /// The journal: it opens, its schema is known, SQLite and the file system are sound for it, and who has it open.
    package static func journal(path: String, time: any TimeSource) -> Check {
        Check(name: "journal") {
            do {
                let reader = try JournalReader(path: path, time: time)
                let status = try await reader.status()
                let environment = try JournalEnvironment(journalPath: path)
                return [opened(path, status)] + surroundings(of: environment)
            } catch {
                return [
                    Finding(
                        check: "journal.file",
                        verdict: .failed,
                        finding: "\(error)",
                        remedy: "Check journal.path; `leadrelay migrate` makes the file and brings it up to date."
                    )
                ]
            }
        }
    }

    private static func opened(_ path: String, _ status: JournalStatus) -> Finding {
        guard status.optOutsOverdue == 0 else {
            return Finding(
                check: "journal.file",
                verdict: .failed,
                finding:
                    "The journal \(path) opens, but \(status.optOutsOverdue.counted("opt-out is", "opt-outs are")) overdue.",
                remedy: "See `leadrelay audit opt-outs --overdue` and `leadrelay dead-letters list`."
            )
        }
        return Finding(
            check: "journal.file",
            verdict: .ok,
            finding: "The journal \(path) opens and its schema is current."
        )
    }

    private static func surroundings(of environment: JournalEnvironment) -> [Finding] {
        var findings: [Finding] = []
        let version = environment.sqliteVersion
        if environment.hasCheckpointFix {
            findings.append(
                Finding(check: "journal.sqlite", verdict: .ok, finding: "SQLite \(version) has the checkpoint fix.")
            )
        } else {
            findings.append(
                Finding(
                    check: "journal.sqlite",
                    verdict: .ok,
                    finding:
                        "SQLite \(version) lacks the fix of its WAL-reset bug; LeadRelay's own lock keeps it away.",
                    remedy: "Let no other program write to or checkpoint the file (Litestream needs SQLite 3.51.3)."
                )
            )
        }
        if let name = environment.unsuitableFileSystem {
            findings.append(
                Finding(
                    check: "journal.fileSystem",
                    verdict: .failed,
                    finding: "The journal lies on \(name), where SQLite's write-ahead log is not safe.",
                    remedy: "Move it to a local disk."
                )
            )
        }
        let processes = environment.openedBy.map(String.init).joined(separator: ", ")
        if !processes.isEmpty {
            findings.append(
                Finding(check: "journal.processes", verdict: .ok, finding: "Open in the processes \(processes).")
            )
        }
        return findings
    }
}
