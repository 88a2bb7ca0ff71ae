package import Model

/// How far the search for removed contacts has come; kept in `checkpoint` as JSON.
package struct ReconcileCheckpoint: Codable, Hashable, Sendable {
    /// Who searches: whoever finds another name here has been replaced, and stops.
    package var runner: String
    package var startedAt: Timestamp
    /// When it last moved; one that stands still for long has lost its runner.
    package var movedAt: Timestamp
    /// When it was through; nil while it is under way.
    package var finishedAt: Timestamp?
    /// The lists that are asked about; empty until they are known.
    package var lists: [String] = []
    /// The page to ask for next, from 1.
    package var nextPage = 1
    package var totalPages: Int?
    /// How many removals were judged so, by the name of the verdict.
    package var counts: [String: Int] = [:]

    package init(runner: String, startedAt: Timestamp) {
        self.runner = runner
        self.startedAt = startedAt
        movedAt = startedAt
    }

    /// How many removals were judged so.
    package subscript(verdict: RemovalVerdict) -> Int { counts[verdict.rawValue] ?? 0 }

    /// How many removals were looked at.
    package var examined: Int { counts.values.reduce(0, +) }

    /// Adds to the counts.
    package mutating func count(_ verdict: RemovalVerdict, _ number: Int = 1) {
        counts[verdict.rawValue, default: 0] += number
    }
}

/// Whether, and from where, a search for removed contacts may begin.
package enum ReconcileTurn: Hashable, Sendable {
    /// Go on from here; a search that was cut short goes on at its next page.
    case start(ReconcileCheckpoint)
    /// It is too early, or another process is at it.
    case rest
}
