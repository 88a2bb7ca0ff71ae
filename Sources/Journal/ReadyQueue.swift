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
    private let claim: Claim
    private let piece: Int
    private var waiting: [Lane: ArraySlice<Candidate>] = [:]
    private var isExhausted: Set<Lane> = []
    /// How many candidates may still turn out to be held: the rest is left to the next claim, which keeps this one short.
    private var staleLeft = 2000

    init(lanes: ClosedRange<Lane>, limit: Int, claim: Claim) {
        self.lanes = lanes
        self.claim = claim
        piece = max(1, min(limit, 100))
    }

    /// Claims the next event that may be claimed, in the order of the rota.
    ///
    /// - Returns: The event; nil when there is none, or none within reach of this claim.
    mutating func next(_ rota: inout LaneRota, _ db: Database) throws -> ClaimedRow? {
        while staleLeft > 0 {
            for lane in Lane.allCases where lanes.contains(lane) { try refill(lane, db) }
            let heads = waiting.compactMap { lane, candidates in
                candidates.first.map { LaneRota.Head(lane: lane, waited: max(0, claim.now.wall - $0.since)) }
            }
            guard let lane = rota.next(among: heads), let candidate = waiting[lane]?.popFirst() else { return nil }
            if let row = try EventTable.claim(candidate.id, for: claim, db) { return row }
            try EventTable.dropCandidate(candidate.id, db)
            staleLeft -= 1
        }
        return nil
    }

    private mutating func refill(_ lane: Lane, _ db: Database) throws {
        guard waiting[lane]?.isEmpty ?? true, !isExhausted.contains(lane) else { return }
        // What was claimed or dropped since is gone from the table, so reading from the start goes on where it stopped.
        let candidates = try BoundStatement(db.cachedStatement(sql: EventTable.candidatesSQL)).all { values in
            values.bind(Int64(lane.rawValue))
            values.bind(Int64(piece))
        } _: { columns in
            Candidate(id: columns.int64(0), since: columns.int64(1))
        }
        waiting[lane] = candidates[...]
        if candidates.count < piece { isExhausted.insert(lane) }
    }
}
