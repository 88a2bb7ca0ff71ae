import Journal
import Logging
import Synchronization

/// Whether the worker rests because the journal can't be written: without it nothing may be claimed or sent.
///
/// It is said once when it begins and once when it ends; in between, nothing but the journal itself is tried.
final class JournalOutage: Sendable {
    private let journal: EventJournal
    private let logger: Logger
    private let isOn = Mutex(false)

    init(journal: EventJournal, logger: Logger) {
        self.journal = journal
        self.logger = logger
    }

    /// Whether everything but the watch rests.
    var isUnderWay: Bool { isOn.withLock { $0 } }

    /// Begins where the error says that the journal can't be written.
    ///
    /// - Returns: Whether it does; then there is nothing more to say about the error.
    func begins(with error: any Error) -> Bool {
        guard case JournalError.unwritable = error else { return false }
        let isNew = isOn.withLock { isOn in
            defer { isOn = true }
            return !isOn
        }
        if isNew {
            logger.error(
                "The journal can't be written; the worker pauses until it can",
                metadata: ["error": "\(error)"]
            )
        }
        return true
    }

    /// Tries the journal while it is out, and ends the outage when it can be written.
    func watch() async {
        guard isUnderWay, (try? await journal.checkWritable()) != nil else { return }
        isOn.withLock { $0 = false }
        logger.info("The journal can be written again; the worker goes on")
    }
}
