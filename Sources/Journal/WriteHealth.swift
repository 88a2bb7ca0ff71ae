import Synchronization

/// Whether the journal could be written when that was last tried.
final class WriteHealth: Sendable {
    private let isSound = Mutex(true)

    /// Whether the last write that says anything about the file failed.
    var isDoubtful: Bool { isSound.withLock { !$0 } }

    /// Remembers what became of a write; one that was refused for what it wanted says nothing about the file.
    func note<Value>(_ result: Result<Value, JournalError>) {
        switch result {
        case .success: isSound.withLock { $0 = true }
        case .failure(.busy), .failure(.unwritable): isSound.withLock { $0 = false }
        case .failure: break
        }
    }
}
