import GRDB
import Synchronization

/// One write that waits for its commit.
protocol PendingWrite: Sendable {
    /// Runs the write inside a transaction, and keeps what came of it.
    ///
    /// - Returns: Why it failed; nil when it succeeded.
    func perform(_ db: Database) -> JournalError?

    /// Answers the caller with what came of it, now that it is on disk.
    func answer()

    /// Answers the caller that nothing was written.
    func fail(_ error: JournalError)
}

/// The writes that share one commit: while a commit is under way the next ones collect.
///
/// So a lone write waits for nothing, and a crowd pays for one lock and one sync together. Pure bookkeeping; the journal
/// carries it out.
final class CommitGroup: Sendable {
    /// How many writes share a commit at most, so that other processes are not kept from the lock for long.
    static let limit = 128

    private struct State {
        var waiting: [any PendingWrite] = []
        var isCommitting = false
    }

    private let state = Mutex(State())

    /// Adds a write.
    ///
    /// - Returns: Whether the caller has to start committing, since nobody is at it.
    func add(_ write: any PendingWrite) -> Bool {
        state.withLock { state in
            state.waiting.append(write)
            guard !state.isCommitting else { return false }
            state.isCommitting = true
            return true
        }
    }

    /// The writes of the next commit in the order of their arrival; when there are none, committing has ended.
    func next() -> [any PendingWrite] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.limit))
            state.waiting.removeFirst(batch.count)
            if batch.isEmpty { state.isCommitting = false }
            return batch
        }
    }

    /// Puts writes back that the commit had no time for; they come first in the next.
    func putBack(_ writes: ArraySlice<any PendingWrite>) {
        state.withLock { $0.waiting.insert(contentsOf: writes, at: 0) }
    }
}

/// A write whose caller waits on a continuation.
final class AwaitedWrite<Value: Sendable>: PendingWrite {
    private let body: @Sendable (Database) throws -> Value
    private let caller: CheckedContinuation<Result<Value, JournalError>, Never>
    private let outcome = Mutex<Result<Value, JournalError>?>(nil)

    init(
        body: @escaping @Sendable (Database) throws -> Value,
        caller: CheckedContinuation<Result<Value, JournalError>, Never>
    ) {
        self.body = body
        self.caller = caller
    }

    func perform(_ db: Database) -> JournalError? {
        do {
            let value = try body(db)
            outcome.withLock { $0 = .success(value) }
            return nil
        } catch {
            let failure = JournalError(error)
            outcome.withLock { $0 = .failure(failure) }
            return failure
        }
    }

    func answer() {
        caller.resume(returning: outcome.withLock { $0 } ?? .failure(.database("the write did not run")))
    }

    func fail(_ error: JournalError) {
        caller.resume(returning: .failure(error))
    }
}
