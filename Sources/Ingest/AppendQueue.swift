import Journal

/// Decides what is committed when: a state machine that does no I/O.
///
/// One batch is in flight at a time; what arrives meanwhile forms the next one, in order of arrival. `Waiter` is whatever
/// is told of the outcome.
struct AppendQueue<Waiter: Sendable>: Sendable {
    /// What to do with a callback that has just arrived.
    enum Arrival {
        /// A commit is in flight; this one goes along with a later one.
        case wait
        /// Nothing is in flight: ask for batches until there is none.
        case startCommitting
        case refuse(IngestError)
    }

    /// What to do once nothing is in flight.
    enum Step {
        case commit([NewCallback], waiters: [Waiter])
        /// The queue is empty; the next arrival starts anew.
        case stop
    }

    private struct Entry {
        var callback: NewCallback
        var bytes: Int
        var waiter: Waiter
    }

    private let limits: AppendLimits
    private var entries: [Entry] = []
    private var queuedBytes = 0
    /// Whether every arrival is refused.
    private(set) var isClosed = false
    /// Whether somebody is asking for batches.
    private(set) var isCommitting = false

    /// How many wait for a commit, beside those in flight.
    var count: Int { entries.count }

    init(limits: AppendLimits) {
        self.limits = limits
    }

    mutating func arrive(_ callback: NewCallback, waiter: Waiter) -> Arrival {
        guard !isClosed else { return .refuse(.shuttingDown) }
        let bytes = (callback.body?.count ?? 0) + (callback.query?.utf8.count ?? 0)
        let fits = entries.count < limits.queued && (entries.isEmpty || queuedBytes + bytes <= limits.queuedBytes)
        guard fits else { return .refuse(.queueFull(queued: entries.count)) }
        entries.append(Entry(callback: callback, bytes: bytes, waiter: waiter))
        queuedBytes += bytes
        guard !isCommitting else { return .wait }
        isCommitting = true
        return .startCommitting
    }

    mutating func next() -> Step {
        let count = nextBatchCount
        guard count > 0 else {
            isCommitting = false
            return .stop
        }
        let batch = entries.prefix(count)
        queuedBytes -= batch.reduce(0) { $0 + $1.bytes }
        entries.removeFirst(count)
        return .commit(batch.map(\.callback), waiters: batch.map(\.waiter))
    }

    /// Refuses everything from now on; what waits is still committed.
    mutating func close() {
        isClosed = true
    }

    private var nextBatchCount: Int {
        var bytes = 0
        var count = 0
        for entry in entries.prefix(max(1, limits.batch)) {
            bytes += entry.bytes
            guard count == 0 || bytes <= limits.batchBytes else { break }
            count += 1
        }
        return count
    }
}
