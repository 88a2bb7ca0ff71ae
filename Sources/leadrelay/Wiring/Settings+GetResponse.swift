import AsyncHTTPClient
import Diagnostics
import Foundation
import GetResponse
import Journal
import Logging
import Time
import Worker

extension Settings {
    /// Lets a command ask GetResponse, with each request counted in the journal like any other.
    ///
    /// - Parameters:
    ///   - command: The command's name, unique to this run where that matters, for the ledger.
    ///   - share: Whose part of the budget pays.
    ///   - patience: How long a request may wait for its grant.
    ///   - body: What asks.
    /// - Returns: What `body` returns.
    /// - Throws: `SettingsError` for what is not set, `JournalError`, and what `body` throws.
    func askingGetResponse<Value>(
        _ command: String,
        share: RequestShare = .upkeep,
        patience: Duration = .seconds(60),
        _ body: (GetResponseClient, EventJournal) async throws -> Value
    ) async throws -> Value {
        let access = try requireGetResponse()
        let time = SystemTimeSource()
        let journal = try openJournal(time: time, checkpointBytes: 4 << 20)
        let httpClient = makeHTTPClient()
        let gate = JournalRequestGate(
            journal: journal,
            budget: requestBudget,
            worker: "\(command)-\(getpid())",
            share: share,
            patience: patience,
            time: time
        )
        do {
            let client = buildGetResponseClient(
                access: access,
                gate: gate,
                httpClient: httpClient,
                time: time,
                logger: Logger(label: "leadrelay.\(command)") { _ in SwiftLogNoOpLogHandler() }
            )
            let value = try await body(client, journal)
            try await httpClient.shutdown()
            return value
        } catch {
            try? await httpClient.shutdown()
            throw error
        }
    }

    /// Where GetResponse's callbacks should go.
    var callbackAddress: CallbackAddress {
        CallbackAddress(publicURL: ingest.publicURL, token: ingest.token?.revealed)
    }
}
