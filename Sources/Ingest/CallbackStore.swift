package import Journal

/// Where callbacks become durable.
package protocol CallbackStore: Sendable {
    /// Stores all of them in one commit, which is on disk when this returns.
    ///
    /// - Returns: The ids, in the order of `callbacks`.
    /// - Throws: `JournalError`, in which case none of them was stored.
    func append(_ callbacks: [NewCallback]) async throws(JournalError) -> [Int64]
}

extension EventJournal: CallbackStore {}
