import ArgumentParser

/// The program: one file a command below `Commands`.
@main
struct LeadRelay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leadrelay",
        abstract:
            "Carries what happens to a contact in GetResponse into Salesforce, and proves that every opt-out arrived.",
        version: Version.current,
        subcommands: [
            IngestCommand.self,
            WorkerCommand.self,
            MigrateCommand.self,
            DoctorCommand.self,
            ListsCommand.self,
            CallbacksCommand.self,
            BackfillCommand.self,
            ReconcileCommand.self,
            StatusCommand.self,
            WatchCommand.self,
            AuditCommand.self,
            DeadLettersCommand.self,
            EventsCommand.self,
            EraseCommand.self,
            JournalCommand.self,
        ]
    )
}

/// The version of this build.
enum Version {
    static let current = "0.1.0"
}
