import Ingest
import Journal
import Synchronization

/// A store that remembers every commit, and fails or waits when it is told to.
final class RecordingStore: CallbackStore {
    private struct State {
        var batches: [[NewCallback]] = []
        var nextID: Int64 = 1
        var failure: JournalError?
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var idsMissing = 0
        /// Who waits for a commit to begin: resumed when so many have begun.
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var begun = 0
    }

    private let state = Mutex(State())

    /// The commits so far, each with its callbacks.
    var batches: [[NewCallback]] { state.withLock(\.batches) }

    /// Everything stored, in the order of the ids.
    var callbacks: [NewCallback] { batches.flatMap { $0 } }

    /// From now on every commit fails with this, or succeeds where it is nil.
    func fail(with error: JournalError?) {
        state.withLock { $0.failure = error }
    }

    /// From now on the store answers with so many ids fewer than it was given callbacks.
    func loseIDs(_ count: Int) {
        state.withLock { $0.idsMissing = count }
    }

    /// From now on every commit waits for `release()`.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns when so many commits have begun since the start.
    func waitForCommits(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.begun < count else { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    func append(_ callbacks: [NewCallback]) async throws(JournalError) -> [Int64] {
        let observers = state.withLock { state in
            state.begun += 1
            let ready = state.observers.filter { $0.count <= state.begun }
            state.observers.removeAll { $0.count <= state.begun }
            return ready.map(\.continuation)
        }
        for observer in observers { observer.resume() }
        await waitWhileHeld()
        return try state.withLock { state throws(JournalError) in
            if let failure = state.failure { throw failure }
            state.batches.append(callbacks)
            let first = state.nextID
            state.nextID += Int64(callbacks.count)
            return Array((first..<state.nextID).dropLast(state.idsMissing))
        }
    }

    private func waitWhileHeld() async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
    }
}
