import Foundation
import Journal
import Logging
import Metrics
import Planning

/// Turns raw callbacks into events, in the order of their ids.
struct CallbackDecoding: Sendable {
    let journal: EventJournal
    let duplicateWindow: Duration
    let logger: Logger
    private let interpreter: CallbackInterpreter
    private static let batch = 200

    init(journal: EventJournal, policy: SyncPolicy, duplicateWindow: Duration, logger: Logger) {
        self.journal = journal
        interpreter = CallbackInterpreter(policy: policy)
        self.duplicateWindow = duplicateWindow
        self.logger = logger
    }

    /// Decodes what is there, up to a batch.
    ///
    /// - Returns: Whether there was anything.
    func runOnce() async throws(JournalError) -> Bool {
        let callbacks = try await journal.reader.undecodedCallbacks(limit: Self.batch)
        guard !callbacks.isEmpty else { return false }
        let decoded = callbacks.map(interpreter.interpret)
        let result = try await journal.record(decoded, duplicateWindow: duplicateWindow)
        Counter(label: "leadrelay_callbacks_decoded_total").increment(by: callbacks.count)
        Counter(label: "leadrelay_duplicates_total").increment(by: result.duplicates)
        logger.debug(
            "Decoded callbacks",
            metadata: [
                "callbacks": "\(callbacks.count)", "events": "\(result.added)", "duplicates": "\(result.duplicates)",
            ]
        )
        return true
    }
}
