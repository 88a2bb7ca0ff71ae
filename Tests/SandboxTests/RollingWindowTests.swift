import TestSupport
import Testing

@testable import Sandbox

@Suite struct RollingWindowTests {
    @Test func slotIsFreeExactlyOneWindowLater() {
        var window = RollingWindow(limit: 2, length: .seconds(3600))
        window.record(at: 0)
        window.record(at: 1500)
        #expect(window.remaining(at: 3_599_999) == 0)
        #expect(window.secondsToReset(at: 3_599_000) == 1)
        #expect(window.secondsToReset(at: 3_598_999) == 2)
        #expect(window.remaining(at: 3_600_000) == 1)
        #expect(window.remaining(at: 3_601_499) == 1)
        #expect(window.remaining(at: 3_601_500) == 2)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func countIsThatOfAllTimesInTheWindow(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let length = Int64.random(in: 1...50, using: &generator)
        let limit = Int.random(in: 1...20, using: &generator)
        var window = RollingWindow(limit: limit, length: .milliseconds(length))
        var accepted: [Int64] = []
        var now: Int64 = 0
        for _ in 0..<10_000 {
            now += Int64.random(in: 0...5, using: &generator)
            let counted = accepted.suffix(limit + 1).count { now - $0 < length }
            guard window.remaining(at: now) == limit - counted else {
                Issue.record("seed \(seed): at \(now) \(window.remaining(at: now)) are left, not \(limit - counted)")
                return
            }
            if counted < limit {
                window.record(at: now)
                accepted.append(now)
            }
        }
    }
}
