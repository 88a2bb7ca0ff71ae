/// Which lane is served next: the most urgent one, and by turns those whose first event has waited too long.
///
/// `compliance` always goes first. Below it the most urgent lane that has anything is served, but a lane whose first event has
/// waited for longer than `patience` (it has aged) takes turns with it in proportion to their weights. So no lane starves, and
/// a lane that is merely low waits.
package struct LaneRota: Hashable, Sendable {
    /// A lane that has something, and how long its first event has waited, in milliseconds.
    package struct Head: Hashable, Sendable {
        package var lane: Lane
        package var waited: Int64

        package init(lane: Lane, waited: Int64) {
            self.lane = lane
            self.waited = waited
        }
    }

    /// Turns of a lane among those that take turns; at least 1 each, `compliance` has none.
    package static let standardWeights: [Lane: Int] = [.signal: 8, .lead: 4, .activity: 2, .bulk: 1]
    package static let standardPatience: Duration = .seconds(300)

    private let weights: [Lane: Int]
    private let patience: Int64
    /// What each lane has saved up of turns: the one with most is served and pays for all.
    private var credit: [Lane: Int] = [:]

    /// - Parameters:
    ///   - weights: Turns by lane; a lane that is missing or below 1 has one.
    ///   - patience: How long an event waits before its lane takes turns.
    package init(
        weights: [Lane: Int] = Self.standardWeights,
        patience: Duration = Self.standardPatience
    ) {
        self.weights = weights
        self.patience = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
    }

    /// The lane to take the next event from.
    ///
    /// - Parameter heads: The lanes that have something, each once.
    /// - Returns: One of them; nil when there are none.
    package mutating func next(among heads: [Head]) -> Lane? {
        guard let first = heads.map(\.lane).min() else { return nil }
        guard first != .compliance else { return first }
        let turns = heads.filter { $0.lane == first || $0.waited >= patience }.map(\.lane).sorted()
        guard turns.count > 1 else { return first }
        for lane in turns { credit[lane, default: 0] += weight(of: lane) }
        let served = turns.reduce(first) { credit[$1, default: 0] > credit[$0, default: 0] ? $1 : $0 }
        credit[served, default: 0] -= turns.reduce(0) { $0 + weight(of: $1) }
        return served
    }

    private func weight(of lane: Lane) -> Int {
        max(1, weights[lane] ?? 1)
    }
}
