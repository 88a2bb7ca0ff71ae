package import Model

/// How far a backfill has come; kept in `checkpoint` as JSON.
package struct BackfillCheckpoint: Codable, Hashable, Sendable {
    /// Who reads: whoever finds another name here has been replaced, and stops.
    package var runner: String
    package var startedAt: Timestamp
    package var finishedAt: Timestamp?
    /// The lists that are read, in order.
    package var lists: [String]
    /// The time by which the contacts are ordered: createdOn or changedOn.
    package var order: String
    /// From when on; nil from the beginning.
    package var since: Timestamp?
    /// The place of the list that is being read.
    package var place = 0
    /// From when on its contacts are asked for next; those of that moment come again.
    package var from: Timestamp?
    /// The page to ask for next, from 1; later ones only where more than a page have the same time.
    package var page = 1
    /// Contacts read so far, without those that came again.
    package var read = 0
    /// Contacts that were appended.
    package var appended = 0
    /// How many there are in all lists as far as they have been asked about.
    package var total = 0

    package init(
        runner: String,
        startedAt: Timestamp,
        lists: [String],
        order: String,
        since: Timestamp?
    ) {
        self.runner = runner
        self.startedAt = startedAt
        self.lists = lists
        self.order = order
        self.since = since
        from = since
    }
}
