import Foundation
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
        migrationMode: JournalConfiguration.MigrationMode? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(JournalError) -> EventJournal {
        let configuration = JournalConfiguration(
            path: journal.path,
            key: journal.key?.revealed,
            migrationMode: migrationMode ?? journal.migrate,
            checkpointBytes: CheckpointTestSeam.bytes(environment) ?? checkpointBytes
        )
        return try EventJournal(configuration: configuration, time: time)
    }

    /// The settings of the GetResponse request scheduler.
    var requestBudget: RequestBudget {
        var budget = RequestBudget(
            cap: getResponse.requestsPerHour,
            burstPercent: getResponse.burst,
            bulkReservePercent: getResponse.bulkReserve,
            upkeepPercent: getResponse.upkeepShare,
            perSecond: getResponse.perSecond,
            inFlight: getResponse.inFlight,
            perTenMinutes: getResponse.perTenMinutes
        )
        if let window = getResponse.testWindow {
            budget.window = window
            // What is added to the window must stay short beside it.
            budget.requestTimeout = min(budget.requestTimeout, window / 20)
        }
        return budget
    }
}
