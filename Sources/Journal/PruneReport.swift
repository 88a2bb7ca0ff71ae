/// What a prune did, or would do.
package struct PruneReport: Hashable, Sendable {
    package struct Count: Hashable, Sendable {
        package var target: PruneTarget
        /// Rows that were looked at.
        package var examined = 0
        /// Rows that were emptied or deleted.
        package var changed = 0
        /// What their details took.
        package var bytes: Int64 = 0
    }

    package var isDryRun: Bool
    /// By kind, in the order in which they are pruned; kinds that are kept for ever are missing.
    package var counts: [Count] = []
    /// What the file gave back to the file system.
    package var releasedBytes: Int64 = 0

    package init(isDryRun: Bool) {
        self.isDryRun = isDryRun
    }

    /// The rows of all kinds that were emptied or deleted.
    package var changed: Int { counts.reduce(0) { $0 + $1.changed } }

    package subscript(_ target: PruneTarget) -> Count? {
        counts.first { $0.target == target }
    }

    mutating func examined(_ rows: Int) {
        counts[counts.count - 1].examined += rows
    }

    mutating func changed(_ rows: Int, bytes: Int) {
        counts[counts.count - 1].changed += rows
        counts[counts.count - 1].bytes += Int64(bytes)
    }
}
