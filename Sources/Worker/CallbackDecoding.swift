import Foundation
import Journal
import Logging
import Metrics
import Model
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
        let result = try await record(decoded)
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

    /// Records the batch; where the journal refuses what is in it, each delivery by itself, so that one can't stop all that
    /// follow: what is refused alone becomes a dead letter.
    private func record(
        _ decoded: [DecodedCallback]
    ) async throws(JournalError) -> (added: Int, duplicates: Int) {
        do throws(JournalError) {
            return try await journal.record(decoded, duplicateWindow: duplicateWindow)
        } catch {
            guard case .database = error else { throw error }
        }
        var total = (added: 0, duplicates: 0)
        for item in decoded {
            let result: (added: Int, duplicates: Int)
            do throws(JournalError) {
                result = try await journal.record([item], duplicateWindow: duplicateWindow)
            } catch {
                guard case .database = error else { throw error }
                logger.error(
                    "A callback could not be decoded into events; it is a dead letter",
                    metadata: ["callback.id": "\(item.callback.id)", "error": "\(error)"]
                )
                result = try await journal.record([item.refused(error)], duplicateWindow: duplicateWindow)
            }
            total.added += result.added
            total.duplicates += result.duplicates
        }
        return total
    }
}

extension DecodedCallback {
    /// The delivery with one element that says why its own could not be kept.
    fileprivate func refused(_ error: JournalError) -> DecodedCallback {
        let event = DecodedEvent(
            position: 0,
            action: .unknown,
            payload: EventPayload(contact: ContactDetails()),
            identity: .unique,
            contentKey: "",
            failure: "\(error)"
        )
        // An opt-out that was in it stays overdue until a person has seen to it.
        let element = DecodedElement(
            event: event,
            lane: elements.map(\.lane).min() ?? .activity,
            isOptOut: elements.contains(where: \.isOptOut)
        )
        return DecodedCallback(callback: callback, elements: [element])
    }
}
