import Journal
import Logging
import Model
import Synchronization
import Time

/// Says so when an opt-out is past the deadline, or when a callback that may be one is not even decoded.
///
/// Each is told of once, and again every hour for as long as it lasts.
struct OverdueWatch: Sendable {
    let journal: EventJournal
    let time: any TimeSource
    let logger: Logger
    private let told = Told()

    private static let repetition: Int64 = 3_600_000

    private final class Told: Sendable {
        /// When each was told of last, by the boot clock; nil stands for the callbacks.
        let times = Mutex<[Int64?: Int64]>([:])
    }

    init(journal: EventJournal, time: any TimeSource, logger: Logger) {
        self.journal = journal
        self.time = time
        self.logger = logger
    }

    func runOnce() async throws(JournalError) {
        let overdue = try await journal.reader.overdue()
        let now = time.read().boot
        let optOuts = Dictionary(overdue.optOuts.map { ($0.eventID, $0) }) { first, _ in first }
        let current: Set<Int64?> = Set(optOuts.keys.map { $0 } + (overdue.undecodedSeconds == nil ? [] : [nil]))
        let due = told.times.withLock { times in
            times = times.filter { current.contains($0.key) }
            let due = current.filter { key in times[key].map { now - $0 >= Self.repetition } ?? true }
            for key in due { times[key] = now }
            return due
        }
        for eventID in due.compactMap(\.self).sorted() {
            guard let optOut = optOuts[eventID] else { continue }
            logger.error(
                "An opt-out is overdue: the person may still be mailed from Salesforce; see events show",
                metadata: [
                    "event.id": "\(eventID)", "event.state": "\(optOut.state)",
                    "age.seconds": "\(Int64(optOut.ageSeconds))", "reason": "\(optOut.lastError ?? "none is known")",
                ]
            )
        }
        if due.contains(nil), let seconds = overdue.undecodedSeconds {
            logger.error(
                "Callbacks are not decoded for longer than an opt-out may take, and one of them may be an opt-out",
                metadata: ["age.seconds": "\(Int64(seconds))"]
            )
        }
    }
}
