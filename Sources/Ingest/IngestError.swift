package import Journal

/// Why a callback was not stored; each is answered 503, and the sender may try again.
package enum IngestError: Error, Hashable, Sendable {
    /// So many callbacks wait for a commit that another would only wait longer than its sender does. Retryable.
    case queueFull(queued: Int)
    /// The process is about to end. Retryable, against the process that follows.
    case shuttingDown
    /// The commit failed, and with it the whole batch. Retryable.
    case journal(JournalError)
}

extension IngestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .queueFull(let queued): "The queue is full: \(queued) callbacks wait for a commit."
        case .shuttingDown: "The process is shutting down."
        case .journal(let error): error.description
        }
    }
}
