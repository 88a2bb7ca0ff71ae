/// One kind of detail that a prune takes away.
package enum PruneTarget: String, CaseIterable, Sendable {
    case callbacks
    case optOutCallbacks
    case events
    case effects
    case requests
    case profiles

    /// Whether the rows stay, emptied; else they are deleted.
    package var staysAsRow: Bool {
        switch self {
        case .callbacks, .optOutCallbacks, .events: true
        case .effects, .requests, .profiles: false
        }
    }

    /// How old a row of this kind must be; nil when it is kept for ever.
    ///
    /// Never less than what the product still asks for: the request ledger covers an hour and its margins, and a second
    /// telling of a click is looked for in the payloads of up to a day.
    func age(in retention: JournalRetention) -> Duration? {
        switch self {
        case .callbacks: retention.callbacks
        case .optOutCallbacks: retention.optOutCallbacks
        case .events: retention.events.map { max($0, .days(1)) }
        case .effects: retention.effects
        case .requests: retention.requests.map { max($0, .seconds(7200)) }
        case .profiles: retention.profiles
        }
    }

    /// Where the next walk starts, in `checkpoint`: every row up to there is done with for good; nil where each walk sees all.
    var cursorName: String? { self == .profiles ? nil : "prune.\(rawValue)" }
}

/// A row as a prune's walk sees it.
struct PruneRow: Sendable {
    enum Verdict: String {
        /// It may go now.
        case due
        /// It may go later: it is too young, or something still needs it.
        case held
        /// It is gone already, or stays for ever.
        case kept
    }

    var id: Int64
    /// How much its details take; what one transaction may free is bounded by it.
    var bytes: Int
    var isOld: Bool
    var verdict: Verdict
}
