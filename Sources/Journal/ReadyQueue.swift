import GRDB
import Model
import Time

/// The candidates of a claim, lane by lane, read in pieces as they are needed.
struct ReadyQueue {
    private struct Candidate {
        var id: Int64
        var since: Int64
    }

    private let lanes: ClosedRange<Lane>
    private let now: Int64
    private let piece: Int
    private var waiting: [Lane: ArraySlice<Candidate>] = [:]
    private var isExhausted: Set<Lane> = []
    /// How many candidates may still turn out to be held: the rest is left to the next claim, which keeps this one short.
    private var staleLeft = 2000

    init(lanes: ClosedRange<Lane>, limit: Int, now: Int64) {
        self.lanes = lanes
        self.now = now
        piece = max(1, min(limit, 100))
    }

    /// The next event that may be claimed, in the order of the rota.
    ///
    /// The event must be claimed, or the next call finds it again.
    mutating func next(_ rota: inout LaneRota, _ db: Database) throws -> Int64? {
        while staleLeft > 0 {
            for lane in Lane.allCases where lanes.contains(lane) { try refill(lane, db) }
            let heads = waiting.compactMap { lane, candidates in
                candidates.first.map { LaneRota.Head(lane: lane, waited: max(0, now - $0.since)) }
            }
            guard let lane = rota.next(among: heads), let candidate = waiting[lane]?.popFirst() else { return nil }
            if try EventTable.isClaimable(candidate.id, db) { return candidate.id }
            try EventTable.dropCandidate(candidate.id, db)
            staleLeft -= 1
        }
        return nil
    }

    private mutating func refill(_ lane: Lane, _ db: Database) throws {
        guard waiting[lane]?.isEmpty ?? true, !isExhausted.contains(lane) else { return }
        // What was claimed or dropped since is gone from the table, so reading from the start goes on where it stopped.
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: EventTable.candidatesSQL),
            arguments: [lane.rawValue, piece]
        )
        waiting[lane] = rows.map { Candidate(id: $0[0], since: $0[1]) }[...]
        if rows.count < piece { isExhausted.insert(lane) }
    }
}
