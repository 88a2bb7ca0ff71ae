import Journal
import Model
import TestSupport
import Testing

@testable import Worker

@Suite("The request budget")
struct RequestBudgetTests {
    /// The ledger's window as the journal tells it, over grants in milliseconds, oldest first.
    private func window(_ grants: [Int64], at now: Int64, of budget: RequestBudget) -> RequestWindow {
        let ages = grants.reversed().prefix { now - $0 < budget.length.wholeMilliseconds }.map { now - $0 }
        return RequestWindow(
            count: ages.count,
            oldestAge: ages.last.map { .milliseconds($0) },
            newestAge: ages.first.map { .milliseconds($0) },
            blockingAge: ages.count >= budget.cap ? .milliseconds(ages[budget.cap - 1]) : nil,
            lastSecondCount: ages.count { $0 < 1000 }
        )
    }

    @Test(arguments: [UInt64(7), 20_260_421, .random(in: 0 ... .max)])
    func noRollingHourSeesMoreThanTheCapHoweverGrantsAndRequestsFall(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let budget = RequestBudget(cap: .random(in: 1...60, using: &generator))
            var now: Int64 = 0
            var grants: [Int64] = []
            var arrivals: [Int64] = []
            while now < 5 * 3_600_000 {
                switch budget.decide(window(grants, at: now, of: budget)) {
                case .grant:
                    grants.append(now)
                    // It leaves within the grant's life, and reaches the server within the time-out.
                    arrivals.append(now + .random(in: 0..<12_000, using: &generator))
                    // Bursts and idle times, both.
                    let isBurst = Int.random(in: 0..<10, using: &generator) < 8
                    now += .random(in: isBurst ? 0...50 : 0...900_000, using: &generator)
                case .wait(let wait):
                    #expect(wait > .zero)
                    now += wait.wholeMilliseconds
                }
            }
            arrivals.sort()
            for index in arrivals.indices where index >= budget.cap {
                #expect(arrivals[index] - arrivals[index - budget.cap] >= 3_600_000)
            }
        }
    }

    @Test(arguments: [1, 20, 400])
    func underBacklogNearlyAllOfTheCapIsUsed(cap: Int) {
        let budget = RequestBudget(cap: cap)
        var now: Int64 = 0
        var grants: [Int64] = []
        let hours: Int64 = 6
        // Sliced to what can matter, so that a big cap stays quick.
        while now < hours * 3_600_000 {
            switch budget.decide(window(Array(grants.suffix(cap + 1)), at: now, of: budget)) {
            case .grant: grants.append(now)
            case .wait(let wait): now += wait.wholeMilliseconds
            }
        }
        #expect(Double(grants.count) >= 0.98 * Double(cap) * Double(hours))
    }

    @Test func waitIsAsLongAsItTakesForOneToLeaveAndNoLonger() {
        let budget = RequestBudget(cap: 2, window: .seconds(100), requestTimeout: .seconds(10))
        #expect(budget.length == .seconds(112))
        let full = RequestWindow(count: 2, blockingAge: .seconds(30))
        #expect(budget.decide(full) == .wait(.seconds(82)))
        #expect(budget.decide(RequestWindow(count: 1)) == .grant)
        #expect(budget.decide(RequestWindow(count: 3)) == .wait(.seconds(112)))
    }

    @Test func noSecondSeesMoreThanHalfOfWhatGetResponseAllows() {
        let budget = RequestBudget(cap: 5000)
        #expect(budget.decide(RequestWindow(count: 39, lastSecondCount: 39)) == .grant)
        #expect(budget.decide(RequestWindow(count: 40, lastSecondCount: 40)) == .wait(.milliseconds(100)))
    }

    @Test func whatIsLeftIsNeverNegative() {
        #expect(RequestBudget(cap: 3).left(RequestWindow(count: 1)) == 2)
        #expect(RequestBudget(cap: 3).left(RequestWindow(count: 9)) == 0)
    }
}
