package import GetResponse
package import Journal
import Model
package import Time

/// The search for removals that no callback told: by bounce, complaint or an administrator, or while nobody listened.
///
/// Each page is judged and appended in one commit with the place to go on from, so that it can be killed at any instruction,
/// and searching again appends nothing twice.
package struct Reconciliation: Sendable {
    private let journal: EventJournal
    private let client: GetResponseClient
    private let since: ReconcileStart
    private let reasons: Set<String>
    private let afterPage: @Sendable () async -> Void
    private let time: any TimeSource

    /// - Parameters:
    ///   - journal: Where what is missing is appended.
    ///   - client: GetResponse, with a gate that counts requests in the share for upkeep.
    ///   - since: From when on a removal counts.
    ///   - reasons: The reasons that opt a person out.
    ///   - afterPage: Called after a page's commit; a test stops the process there.
    ///   - time: The clocks.
    package init(
        journal: EventJournal,
        client: GetResponseClient,
        since: ReconcileStart,
        reasons: Set<String>,
        afterPage: @escaping @Sendable () async -> Void = {},
        time: any TimeSource
    ) {
        self.journal = journal
        self.client = client
        self.since = since
        self.reasons = Set(reasons.map { $0.lowercased() })
        self.afterPage = afterPage
        self.time = time
    }

    /// Searches from a checkpoint to the end.
    ///
    /// - Parameters:
    ///   - checkpoint: Where to go on, from `takeReconcileTurn`.
    ///   - progress: Called after each page.
    /// - Returns: The finished search; nil when another process took it over.
    /// - Throws: `GetResponseError` or `JournalError`; the next run goes on where this one stopped.
    package func run(
        from checkpoint: ReconcileCheckpoint,
        progress: @Sendable (ReconcileCheckpoint) -> Void = { _ in }
    ) async throws -> ReconcileCheckpoint? {
        let earliest = try await earliest()
        return try await walk(from: checkpoint, progress: progress) { removals, checkpoint in
            let stored = try await journal.appendRemovals(removals, since: earliest, checkpoint: checkpoint)
            if stored != nil { await afterPage() }
            return stored
        }
    }

    /// Searches everything and writes nothing.
    ///
    /// - Parameter progress: Called after each page.
    /// - Returns: What a search would do.
    /// - Throws: `GetResponseError` or `JournalError`.
    package func rehearse(
        progress: @Sendable (ReconcileCheckpoint) -> Void = { _ in }
    ) async throws -> ReconcileCheckpoint {
        let earliest = try await earliest()
        let now = Timestamp(milliseconds: time.read().wall)
        var found: Set<String> = []
        let start = ReconcileCheckpoint(runner: "", startedAt: now)
        let end = try await walk(from: start, progress: progress) { removals, checkpoint in
            var checkpoint = checkpoint
            let verdicts = try await journal.reader.verdicts(on: removals, since: earliest)
            for (removal, verdict) in zip(removals, verdicts) {
                let isSecond = removal.callback.webhookID.map { !found.insert($0).inserted } ?? false
                checkpoint.count(isSecond && verdict == .missing ? .known : verdict)
            }
            return checkpoint
        }
        return end ?? start
    }

    private func earliest() async throws(JournalError) -> Timestamp? {
        switch since {
        case .journal: try await journal.reader.createdAt()
        case .all: nil
        case .time(let time): time
        }
    }

    /// Asks page by page; `keep` counts a page's removals and says whether the search is still ours.
    private func walk(
        from start: ReconcileCheckpoint,
        progress: @Sendable (ReconcileCheckpoint) -> Void,
        keep: ([Removal], ReconcileCheckpoint) async throws -> ReconcileCheckpoint?
    ) async throws -> ReconcileCheckpoint? {
        var checkpoint = start
        if checkpoint.lists.isEmpty { checkpoint.lists = try await client.campaigns().map(\.id) }
        while checkpoint.finishedAt == nil {
            let page =
                checkpoint.lists.isEmpty
                ? RemovedContactPage(contacts: [])
                : try await client.removedContacts(lists: checkpoint.lists, page: checkpoint.nextPage)
            let now = Timestamp(milliseconds: time.read().wall)
            let removals = page.contacts.compactMap { Removal($0, receivedAt: now) }
                .filter { reasons.contains($0.reason) }
            checkpoint.count(.otherReason, page.contacts.count - removals.count)
            checkpoint.totalPages = page.totalPages ?? checkpoint.totalPages
            let isLast =
                page.contacts.isEmpty
                || checkpoint.nextPage >= page.totalPages
                    ?? (page.contacts.count < ContactPageQuery.largestPage ? 0 : .max)
            checkpoint.nextPage += 1
            if isLast { checkpoint.finishedAt = now }
            guard let kept = try await keep(removals, checkpoint) else { return nil }
            checkpoint = kept
            progress(checkpoint)
        }
        return checkpoint
    }
}
