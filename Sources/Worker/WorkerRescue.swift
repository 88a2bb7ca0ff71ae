import Journal
import Logging
import Metrics

/// Takes back what dead workers hold: at once where a worker's lock is free, else when the lease runs out.
struct WorkerRescue: Sendable {
    let journal: EventJournal
    let owner: String
    let maxAttempts: Int
    let logger: Logger

    /// - Returns: How many events were taken back.
    func runOnce() async throws(JournalError) -> Int {
        let owners = try await journal.reader.leaseOwners()
        guard !owners.isEmpty else { return 0 }
        let path = journal.configuration.path
        let dead = owners.filter { $0 != owner && WorkerLock.isDead(journalPath: path, owner: $0) }
        guard try await journal.reader.hasLostLeases(deadOwners: dead) else { return 0 }
        let count = try await journal.rescue(deadOwners: dead, maxAttempts: maxAttempts)
        if count > 0 {
            Counter(label: "leadrelay_rescued_events_total").increment(by: count)
            logger.notice("Took back events of a worker that died or lost its lease", metadata: ["events": "\(count)"])
        }
        return count
    }
}
