import Journal
import TestSupport
import Testing

@testable import Worker

@Suite("Which lanes wait for the org's API calls")
struct APIUsageRuleTests {
    private static let rule = APIUsageRule(pauseShare: 0.8)

    struct Row: Sendable, CustomTestStringConvertible {
        var share: Double
        var current: Set<UsageLevel> = []
        var expected: Set<UsageLevel>
        var testDescription: String { "\(share) \(current.map(\.rawValue).sorted())" }
    }

    @Test(arguments: [
        Row(share: 0.799, expected: []),
        Row(share: 0.8, expected: [.background]),
        Row(share: 0.949, expected: [.background]),
        Row(share: 0.95, expected: [.background, .reserve]),
        Row(share: 1.2, expected: [.background, .reserve]),
        // What stands ends a little lower.
        Row(share: 0.78, current: [.background], expected: [.background]),
        Row(share: 0.769, current: [.background], expected: []),
        Row(share: 0.93, current: [.background, .reserve], expected: [.background, .reserve]),
        Row(share: 0.919, current: [.background, .reserve], expected: [.background]),
        Row(share: 0.1, current: [.background, .reserve], expected: []),
    ])
    func levelsFollowTheShare(row: Row) {
        #expect(Self.rule.levels(share: row.share, current: row.current) == row.expected)
    }

    @Test func pauseThatWouldBeginAfterTheReserveBeginsWithIt() {
        let rule = APIUsageRule(pauseShare: 1)
        #expect(rule.levels(share: 0.949, current: []) == [])
        #expect(rule.levels(share: 0.95, current: []) == [.background, .reserve])
    }

    /// The value is told late and jumps about by a few calls: that must not set and end pauses.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func valueThatWaversChangesNothing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for base in [0.79, 0.8, 0.81, 0.95] {
            var current: Set<UsageLevel> = []
            var changes = 0
            for _ in 0..<200 {
                let share = base + Double.random(in: -0.014...0.014, using: &random)
                let levels = Self.rule.levels(share: share, current: current)
                if levels != current { changes += 1 }
                current = levels
            }
            #expect(changes <= 2, "\(base) with seed \(seed)")
        }
    }

    /// What opens leave alone, opt-outs must never be denied: the reserve never stands without the other.
    @Test(arguments: [11, 12, 13] as [UInt64])
    func reserveNeverStandsAlone(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let rule = APIUsageRule(pauseShare: Double.random(in: 0.01...1, using: &random))
            var current: Set<UsageLevel> = []
            for _ in 0..<100 {
                current = rule.levels(share: Double.random(in: 0...1.1, using: &random), current: current)
                #expect(current != [.reserve], "\(rule) with seed \(seed)")
            }
        }
    }
}
