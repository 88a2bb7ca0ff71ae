/// The operation took longer than it was given.
package struct TimeLimitExceeded: Error, Hashable, Sendable {
    package init() {}
}

/// Runs `operation`, and cancels it when it takes longer than `limit` of real time.
///
/// When this returns or throws, the operation has ended: nothing of it is still under way. A result that arrives in the
/// same moment as the cancellation is returned, not thrown away.
///
/// - Throws: what the operation throws; `TimeLimitExceeded`; `CancellationError` when the calling task is cancelled and
///   the operation had no result.
package func withTimeLimit<Result: Sendable>(
    _ limit: Duration,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try? await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        if let first = try await group.next(), let result = first { return result }
        group.cancelAll()
        do {
            if let late = try await group.next(), let result = late { return result }
        } catch {
            guard !Task.isCancelled else { throw error }
        }
        throw TimeLimitExceeded()
    }
}
