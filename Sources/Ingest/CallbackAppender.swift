package import Journal
package import Logging
import ServiceLifecycle
import Synchronization

/// Group commit: callbacks that arrive together share one commit, and each is answered when that commit is on disk.
///
/// While one batch is being committed the next collects, so that the batch grows with the load and a lone callback waits
/// for nothing. It works without being run; run as a `Service`, it commits what is queued before it ends. List it before
/// the HTTP server, since services end in the reverse order.
package final class CallbackAppender: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Int64, IngestError>, Never>

    private struct State {
        var queue: AppendQueue<Waiter>
        /// Those who wait for the queue to run empty after it was closed.
        var drainWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any CallbackStore
    private let metrics: IngestMetrics
    private let logger: Logger
    private let afterCommit: @Sendable () -> Void
    private let state: Mutex<State>

    /// An appender that commits to `store`.
    ///
    /// - Parameters:
    ///   - store: Where callbacks go.
    ///   - limits: How many of them wait, and how many are committed together.
    ///   - metrics: What is counted.
    ///   - logger: Told of what could not be stored.
    ///   - afterCommit: Called between a commit and its answers; a test lets the process die there.
    package init(
        store: any CallbackStore,
        limits: AppendLimits = AppendLimits(),
        metrics: IngestMetrics = IngestMetrics(),
        logger: Logger,
        afterCommit: @escaping @Sendable () -> Void = {}
    ) {
        self.store = store
        self.metrics = metrics
        self.logger = logger
        self.afterCommit = afterCommit
        state = Mutex(State(queue: AppendQueue(limits: limits)))
    }

    /// How many callbacks wait for a commit, beside those being committed.
    package var queuedCount: Int { state.withLock(\.queue.count) }

    /// Whether further callbacks are refused, since the process is about to end.
    package var isDraining: Bool { state.withLock(\.queue.isClosed) }

    /// Stores the callback; it is on disk when this returns.
    ///
    /// Cancelling the calling task changes nothing: the outcome is waited for.
    ///
    /// - Returns: The callback's id.
    /// - Throws: `IngestError.queueFull` and `.shuttingDown` at once, `.journal` when the commit failed.
    package func append(_ callback: NewCallback) async throws(IngestError) -> Int64 {
        let result = await withCheckedContinuation { waiter in
            switch state.withLock({ $0.queue.arrive(callback, waiter: waiter) }) {
            case .wait: break
            case .startCommitting: startCommitting()
            case .refuse(let error): waiter.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Refuses further callbacks, and returns when every one that was accepted is committed or has failed.
    package func drain() async {
        await withCheckedContinuation { waiter in
            let isDrained = state.withLock { state in
                state.queue.close()
                guard state.queue.isCommitting else { return true }
                state.drainWaiters.append(waiter)
                return false
            }
            if isDrained { waiter.resume() }
        }
    }

    /// A task of its own, which ends when the queue is empty: a batch belongs to many requests, so the cancellation of the
    /// one that happened to start it must not reach the commit.
    private func startCommitting() {
        Task { await commitUntilEmpty() }
    }

    private func commitUntilEmpty() async {
        while case .commit(let callbacks, let waiters) = nextStep() {
            for (waiter, result) in zip(waiters, await commit(callbacks[...])) { waiter.resume(returning: result) }
        }
    }

    /// Commits them together; when SQLite refuses one of them, which then fails alone, in as many commits as it takes.
    private func commit(_ callbacks: ArraySlice<NewCallback>) async -> [Result<Int64, IngestError>] {
        switch await appendTogether(Array(callbacks)) {
        case .success(let ids) where ids.count == callbacks.count:
            return ids.map { .success($0) }
        case .success(let ids):
            return fail(callbacks, .database("\(ids.count) ids for \(callbacks.count) callbacks"))
        case .failure(.database) where callbacks.count > 1:
            let middle = callbacks.startIndex + callbacks.count / 2
            return await commit(callbacks[..<middle]) + commit(callbacks[middle...])
        case .failure(let error):
            return fail(callbacks, error)
        }
    }

    private func fail(_ callbacks: ArraySlice<NewCallback>, _ error: JournalError) -> [Result<Int64, IngestError>] {
        logger.error(
            "Callbacks could not be stored",
            metadata: ["callback.count": "\(callbacks.count)", "error": "\(error)"]
        )
        return callbacks.map { _ in .failure(.journal(error)) }
    }

    private func nextStep() -> AppendQueue<Waiter>.Step {
        var drained: [CheckedContinuation<Void, Never>] = []
        let step = state.withLock { state in
            let step = state.queue.next()
            if case .stop = step { swap(&drained, &state.drainWaiters) }
            return step
        }
        for waiter in drained { waiter.resume() }
        return step
    }

    private func appendTogether(_ callbacks: [NewCallback]) async -> Result<[Int64], JournalError> {
        let start = ContinuousClock.now
        do throws(JournalError) {
            let ids = try await store.append(callbacks)
            afterCommit()
            metrics.committed(callbacks.count, in: start.duration(to: .now))
            return .success(ids)
        } catch {
            return .failure(error)
        }
    }
}

extension CallbackAppender: Service {
    /// Waits for the shutdown, graceful or not, then drains.
    package func run() async throws {
        try? await gracefulShutdown()
        await drain()
    }
}
