import Foundation
package import GetResponse
package import Journal
package import Model
package import Time

/// Reads the contacts that were there before LeadRelay, list by list, and appends each as a callback.
///
/// Each page is appended in one commit with the place to go on from, so that it can be killed at any instruction. The place is a
/// time and not a page number: contacts that leave meanwhile would move others to an earlier page. Those of the last moment of a
/// page come again on the next one, and are known by then.
package struct Backfill: Sendable {
    /// What is to be read.
    package struct Request: Hashable, Sendable {
        /// The lists by their ids; none is every list.
        package var lists: [String]
        /// Only contacts that joined or changed since; nil for all.
        package var since: Timestamp?

        package init(lists: [String] = [], since: Timestamp? = nil) {
            self.lists = lists
            self.since = since
        }

        /// What tells this backfill from others in `checkpoint`.
        var name: String {
            let lists = lists.isEmpty ? "all" : lists.sorted().joined(separator: ",")
            return "backfill:\(lists):\(since.map { String($0.milliseconds) } ?? "all")"
        }
    }

    private let journal: EventJournal
    private let client: GetResponseClient
    private let runner: String
    private let afterPage: @Sendable () -> Void
    private let time: any TimeSource

    /// - Parameters:
    ///   - journal: Where contacts are appended.
    ///   - client: GetResponse, with a gate that counts requests in the share for history.
    ///   - runner: Who reads, by a name that nobody else has.
    ///   - afterPage: Called after a page's commit; a test stops the process there.
    ///   - time: The clocks.
    package init(
        journal: EventJournal,
        client: GetResponseClient,
        runner: String,
        afterPage: @escaping @Sendable () -> Void = {},
        time: any TimeSource
    ) {
        self.journal = journal
        self.client = client
        self.runner = runner
        self.afterPage = afterPage
        self.time = time
    }

    /// Reads to the end, from where an earlier run of the same request stopped.
    ///
    /// - Parameters:
    ///   - request: What to read.
    ///   - progress: Called at the beginning and after each page.
    /// - Returns: The finished backfill; nil when another process took it over.
    /// - Throws: `GetResponseError` or `JournalError`; the next run goes on where this one stopped.
    package func run(
        _ request: Request,
        progress: @Sendable (BackfillCheckpoint) -> Void = { _ in }
    ) async throws -> BackfillCheckpoint? {
        var start = try await journal.reader.backfillCheckpoint(request.name)
        if start?.finishedAt != nil { start = nil }
        let fresh: BackfillCheckpoint
        if let start { fresh = start.taken(by: runner) } else { fresh = try await beginning(request) }
        let taken = try await journal.takeBackfill(request.name, fresh: fresh)
        return try await walk(from: taken, progress: progress) { callbacks, checkpoint in
            let stored = try await journal.appendHistory(callbacks, of: request.name, checkpoint: checkpoint)
            if stored != nil { afterPage() }
            return stored
        }
    }

    /// Reads everything and writes nothing.
    ///
    /// - Returns: What a run would append.
    /// - Throws: `GetResponseError` or `JournalError`.
    package func rehearse(
        _ request: Request,
        progress: @Sendable (BackfillCheckpoint) -> Void = { _ in }
    ) async throws -> BackfillCheckpoint {
        let start = try await beginning(request)
        let end = try await walk(from: start, progress: progress) { callbacks, checkpoint in
            var checkpoint = checkpoint
            // What came again from the page before is not counted twice: it is read by then.
            checkpoint.appended += try await journal.reader.unknownHistory(callbacks).count
            return checkpoint
        }
        return end ?? start
    }

    private func beginning(_ request: Request) async throws(GetResponseError) -> BackfillCheckpoint {
        let lists: [String]
        if request.lists.isEmpty { lists = try await client.campaigns().map(\.id) } else { lists = request.lists }
        let order = request.since == nil ? ContactHistoryQuery.Order.createdOn : .changedOn
        return BackfillCheckpoint(
            runner: runner,
            startedAt: Timestamp(milliseconds: time.read().wall),
            lists: lists,
            order: order.rawValue,
            since: request.since
        )
    }

    /// Asks page by page; `keep` appends a page's contacts and says whether the backfill is still ours.
    private func walk(
        from start: BackfillCheckpoint,
        progress: @Sendable (BackfillCheckpoint) -> Void,
        keep: ([NewCallback], BackfillCheckpoint) async throws -> BackfillCheckpoint?
    ) async throws -> BackfillCheckpoint? {
        var checkpoint = start
        /// The contacts of the last moment that was read: they come again.
        var seen: Set<String> = []
        progress(checkpoint)
        while checkpoint.finishedAt == nil {
            var callbacks: [NewCallback] = []
            if checkpoint.place < checkpoint.lists.count {
                let page = try await client.history(checkpoint.query)
                let now = Timestamp(milliseconds: time.read().wall)
                let news = page.entries.filter { !seen.contains($0.contact.contactID ?? "") }
                callbacks = news.compactMap { HistoryCallback($0.contact).delivery(receivedAt: now) }
                if checkpoint.isAtBeginOfList { checkpoint.total += page.totalCount ?? 0 }
                checkpoint.read += news.count
                let last = page.entries.last?.time
                seen = Set(page.entries.filter { $0.time == last }.compactMap(\.contact.contactID))
                    .union(last == checkpoint.from ? seen : [])
                checkpoint.move(past: page)
            }
            if checkpoint.place >= checkpoint.lists.count {
                checkpoint.finishedAt = Timestamp(milliseconds: time.read().wall)
            }
            guard let kept = try await keep(callbacks, checkpoint) else { return nil }
            checkpoint = kept
            progress(checkpoint)
        }
        return checkpoint
    }
}

extension BackfillCheckpoint {
    fileprivate func taken(by runner: String) -> BackfillCheckpoint {
        var copy = self
        copy.runner = runner
        return copy
    }

    fileprivate var isAtBeginOfList: Bool { page == 1 && from == since }

    fileprivate var query: ContactHistoryQuery {
        ContactHistoryQuery(
            listID: lists[place],
            order: ContactHistoryQuery.Order(rawValue: order) ?? .createdOn,
            from: from,
            to: startedAt,
            page: page
        )
    }

    /// Goes on behind a page: at its last time, or, where the page has that time alone, at the next page.
    fileprivate mutating func move(past asked: ContactHistoryPage) {
        guard asked.hasMore, let last = asked.entries.last?.time else {
            place += 1
            (from, page) = (since, 1)
            return
        }
        if last == from { page += 1 } else { (from, page) = (last, 1) }
    }
}
