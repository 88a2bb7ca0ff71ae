package import Journal
import Logging
import Model
import Time

/// What a drain found when it ended.
package struct DrainReport: Hashable, Sendable {
    /// What is paused, waiting for a person or for time.
    package var pauses: [Pause]
    /// How many events became dead letters while it ran.
    package var died: Int

    /// Whether everything that could be done was done, and nothing is held up.
    package var isClean: Bool { pauses.isEmpty && died == 0 }
}

extension EventWorker {
    /// Runs until nothing is available, running, or due within `grace`; budget is not waited for.
    ///
    /// - Throws: `JournalError` when the journal can't be used at all.
    package func drain(grace: Duration) async throws -> DrainReport {
        let startedAt = time.read().wall
        let watcher = Task { await stopWhenDrained(grace: grace) }
        defer { watcher.cancel() }
        try await run()
        let pauses = try await journal.reader.pauses()
        let died = try await journal.reader.deadLetterCount(since: startedAt)
        return DrainReport(pauses: pauses, died: died)
    }

    private func stopWhenDrained(grace: Duration) async {
        while !Task.isCancelled {
            do {
                let now = time.read().wall
                // Only a pause that is due is tried once more; a drain that waited for its end might never end itself.
                let isPaused = try await journal.reader.pauses().contains { $0.until.milliseconds > now }
                let horizon = now + (isPaused ? 0 : grace.wholeMilliseconds)
                // A profile that was just stored makes its event available: the fetches are asked about first.
                let isFetching = try await fetching.hasWork()
                let isDrained = try await journal.reader.isDrained(horizon: horizon)
                let isReleasing = try await journal.reader.hasReleasableEvents(
                    probeInterval: configuration.retry.probeInterval
                )
                if !isFetching, isIdle, isDrained, !isReleasing { return stop() }
            } catch {
                logger.warning("The queue could not be looked at; trying again", metadata: ["error": "\(error)"])
            }
            try? await time.sleep(for: configuration.pollInterval)
        }
    }
}
