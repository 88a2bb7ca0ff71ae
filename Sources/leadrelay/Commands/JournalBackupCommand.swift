import ArgumentParser
import Journal
import Model
import Time

struct JournalBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the journal while it is in use, and check the copy.",
        discussion: """
            The copy is one file, mode 0600, written to PATH.tmp and renamed once it has passed its checks. The chain's key is \
            not in it: copy the file that ends in .key too, or keep journal.key elsewhere.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "Where the copy goes.")
    var path: String

    @Flag(help: "Replace a file that is there.")
    var replace = false

    @Flag(
        help: "Keep the copy even where it fails a check, as one of a broken journal does; the exit status is still 1."
    )
    var keepBroken = false

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let backup = JournalBackup(
                journalPath: settings.journal.path,
                key: settings.journal.key?.revealed,
                time: SystemTimeSource()
            )
            let line = ProgressLine()
            let report = try await backup.run(to: path, replaces: replace, keepsBroken: keepBroken) { progress in
                line.show("Copied \(ByteCount.text(progress.copiedBytes)) of \(ByteCount.text(progress.totalBytes))")
            }
            line.finish()
            for check in report.checks where check.verdict != .ok {
                StandardError.write("\(check.check): \(check.finding)")
            }
            let isSound = report.checks.allSatisfy { $0.verdict != .failed }
            let seconds = Double(report.duration.wholeMilliseconds) / 1000
            let kind = isSound ? "a checked copy" : "a copy that fails its checks"
            print("\(report.path) holds \(kind): \(ByteCount.text(report.bytes)) in \(seconds) s.")
            if settings.journal.key == nil {
                print(
                    "Keep a copy of \(settings.journal.path).key with it: without the key the chain can't be checked."
                )
            }
            if !isSound { throw ExitStatus.foundProblem }
        }
    }
}
