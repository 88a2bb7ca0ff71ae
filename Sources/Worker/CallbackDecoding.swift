import Callbacks
import Foundation
import Journal
import Logging
import Metrics
import Model
import Planning

/// Turns raw callbacks into events, in the order of their ids.
struct CallbackDecoding: Sendable {
    let journal: EventJournal
    let policy: SyncPolicy
    let duplicateWindow: Duration
    let logger: Logger
    private let decoder = CallbackDecoder()
    private static let batch = 200

    init(journal: EventJournal, policy: SyncPolicy, duplicateWindow: Duration, logger: Logger) {
        self.journal = journal
        self.policy = policy
        self.duplicateWindow = duplicateWindow
        self.logger = logger
    }

    /// Decodes what is there, up to a batch.
    ///
    /// - Returns: Whether there was anything.
    func runOnce() async throws(JournalError) -> Bool {
        let callbacks = try await journal.reader.undecodedCallbacks(limit: Self.batch)
        guard !callbacks.isEmpty else { return false }
        let decoded = callbacks.map(decode)
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

    private func decode(_ callback: UndecodedCallback) -> DecodedCallback {
        let raw = RawCallback(
            source: callback.source,
            method: callback.method,
            query: callback.query,
            contentType: callback.contentType,
            webhookID: callback.webhookID,
            webhookType: callback.webhookType,
            body: callback.body,
            isMalformed: callback.isMalformed
        )
        let elements = decoder.decode(raw).map { event in
            DecodedElement(
                event: event,
                lane: Classification.lane(of: event, source: callback.source),
                isOptOut: Classification.isOptOut(
                    event.action,
                    reason: event.payload.reason,
                    policy: policy
                )
            )
        }
        return DecodedCallback(callback: callback, elements: elements)
    }
}
