import Model
import TestSupport
import Testing

@Suite("Turns of the lanes", .timeLimit(.minutes(1)))
struct LaneRotaTests {
    private let old: Int64 = 600_000

    private func served(_ heads: [LaneRota.Head], times: Int, by rota: LaneRota = LaneRota()) -> [Lane] {
        var rota = rota
        return (0..<times).compactMap { _ in rota.next(among: heads) }
    }

    @Test func nothingWaitsMeansNobodyIsServed() {
        var rota = LaneRota()
        #expect(rota.next(among: []) == nil)
    }

    @Test func mostUrgentLaneIsServedWhileNobodyHasWaitedLong() {
        let heads = Lane.allCases.filter { $0 != .compliance }.map { LaneRota.Head(lane: $0, waited: 1000) }
        #expect(served(heads, times: 20) == Array(repeating: .signal, count: 20))
    }

    @Test func agedLanesTakeTurnsByTheirWeights() {
        let heads: [LaneRota.Head] = [
            .init(lane: .signal, waited: 0), .init(lane: .lead, waited: old), .init(lane: .activity, waited: old),
            .init(lane: .bulk, waited: old),
        ]
        let turns = served(heads, times: 150)
        #expect(Lane.allCases.map { lane in turns.count { $0 == lane } } == [0, 80, 40, 20, 10])
    }

    @Test func ageingNeverLiftsALaneAboveCompliance() {
        let heads: [LaneRota.Head] = [
            .init(lane: .compliance, waited: 0), .init(lane: .bulk, waited: old * 1000),
        ]
        #expect(Set(served(heads, times: 50)) == [.compliance])
    }

    /// Whatever comes and goes, an aged lane is served at least as often as its weight says.
    @Test(arguments: UInt64(1)...20)
    func noAgedLaneStarves(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let weights: [Lane: Int] = Dictionary(
            uniqueKeysWithValues: Lane.allCases.map { ($0, Int.random(in: 1...9, using: &generator)) }
        )
        var rota = LaneRota(weights: weights, patience: .seconds(1))
        let all = weights.filter { $0.key != .compliance }.values.reduce(0, +)
        var sinceServed = 0
        for _ in 0..<2000 {
            var heads = [LaneRota.Head(lane: .bulk, waited: 2000)]
            for lane in [Lane.signal, .lead, .activity] where Bool.random(using: &generator) {
                heads.append(LaneRota.Head(lane: lane, waited: Int64.random(in: 0...2000, using: &generator)))
            }
            sinceServed = rota.next(among: heads) == .bulk ? 0 : sinceServed + 1
            #expect(sinceServed <= all * 2, "seed \(seed), weights \(weights)")
        }
    }
}
