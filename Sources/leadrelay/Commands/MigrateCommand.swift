import ArgumentParser
import Journal
import Time

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make the journal, or bring its schema up to date."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            _ = try settings.openJournal(time: SystemTimeSource(), checkpointBytes: 4 << 20, migrationMode: .auto)
            print("The journal \(settings.journal.path) has schema \(EventJournal.latestSchema), which is current.")
        }
    }
}
