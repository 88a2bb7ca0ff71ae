import Journal
import Time
import Worker

extension Settings {
    /// Opens the journal for writing.
    ///
    /// - Throws: `JournalError` with the sentence for the operator.
    func openJournal(
        time: any TimeSource,
        checkpointBytes: Int64,
        migrationMode: JournalConfiguration.MigrationMode? = nil
    ) throws(JournalError) -> EventJournal {
        let configuration = JournalConfiguration(
            path: journal.path,
            key: journal.key?.revealed,
            migrationMode: migrationMode ?? journal.migrate,
            checkpointBytes: checkpointBytes
        )
        return try EventJournal(configuration: configuration, time: time)
    }

    /// The rule of the GetResponse request cap.
    var requestBudget: RequestBudget {
        RequestBudget(cap: getResponse.requestsPerHour)
    }
}
