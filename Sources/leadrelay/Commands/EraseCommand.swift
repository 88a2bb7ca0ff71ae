import ArgumentParser
import Foundation
import Journal
import Model
import Planning
import Time
import Worker

struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Take a person's data out of the journal; whoever opted out stays so.",
        discussion: """
            Everything that names the person goes: raw callbacks (a shared one whole; what it told of others stays in their \
            events), events, tries, what was written, profiles. Rows stay where the chains and the audit need them, without a \
            name. Of an opt-out a keyed hash of each name is kept. What is not finished is discarded; while an opt-out is not \
            verified, nothing is erased and the status is 1. It may run beside ingest and workers, and again at any time. \
            Salesforce, GetResponse and earlier backups are not touched.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The person's address, in any case; or contact:ID where none is known.")
    var email: String

    @Flag(name: .shortAndLong, help: "Do not ask; without a terminal nothing is asked.")
    var yes = false

    @Flag(help: "Only count what would go.")
    var dryRun = false

    @Flag(help: "Write a large file anew where SQLite left old copies in it; callbacks wait meanwhile.")
    var rewrite = false

    func validate() throws {
        if person == nil { throw ValidationError("EMAIL is an address, or contact:ID.") }
    }

    func run() async throws {
        try await reporting { try await run(with: common.settings()) }
    }

    private func run(with settings: Settings) async throws {
        guard let person else { return }
        guard FileManager.default.fileExists(atPath: settings.journal.path) else {
            throw JournalError.missing(path: settings.journal.path)
        }
        let time = SystemTimeSource()
        let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
        let rule = ConsentRule(settings.syncPolicy)
        let eraser = PersonEraser(
            journal: journal,
            mayRewrite: rewrite,
            time: time,
            keeping: { rule.optOutToKeep($0) }
        )
        if dryRun {
            return Self.show(try await eraser.preview(person))
        }
        if !yes, isatty(STDIN_FILENO) == 1 {
            Self.show(try await eraser.preview(person))
            FileHandle.standardOutput.write(Data("This can't be undone. Type erase to go on: ".utf8))
            guard readLine(strippingNewline: true) == "erase" else {
                StandardError.write("Nothing was erased.")
                throw ExitStatus.foundProblem
            }
        }
        Self.show(try await eraser.erase(person))
    }

    /// What is told names nobody: it may end up in a log.
    private static func show(_ report: ErasureReport) {
        let tables = report.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if tables.isEmpty {
            print("Nothing is known of this person\(report.keptHashes > 0 ? " but that they opted out" : "").")
        } else {
            print("\(report.isDryRun ? "Would change" : "Changed") rows: \(tables.joined(separator: ", ")).")
        }
        if report.keptHashes > 0 {
            print("They stay opted out: a keyed hash of \(report.keptHashes.counted("name")) is kept.")
        }
        if report.sharedContacts > 0 {
            print(
                """
                \(report.sharedContacts.counted("contact")) of theirs came with another address too; what is known under that \
                one stays: erase it by itself if it is the same person.
                """
            )
        }
        if report.wasRewritten { print("The file was written anew, since old copies were left in it.") }
        if !report.isDryRun, !tables.isEmpty {
            print("Backups made before now still hold their data: delete them, or erase again in whatever is restored.")
        }
    }

    private var person: Person? {
        if let person = Person(email: email) { return person }
        let name = email.trimmingCharacters(in: .whitespacesAndNewlines)
        return name.hasPrefix("contact:") && name.count > "contact:".count ? Person(rawValue: name) : nil
    }
}
