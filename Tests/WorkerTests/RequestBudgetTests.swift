import Journal
import Model
import TestSupport
import Testing

@testable import Worker

@Suite("The request scheduler's rule")
struct RequestBudgetTests {
    private let standard = RequestBudget(cap: 400)

    private func decide(
        _ share: RequestShare = .lead,
        ages: [Int64] = [],
        of budget: RequestBudget? = nil,
        _ change: (inout RequestWindow) -> Void = { _ in }
    ) -> RequestDecision {
        var window = RequestWindow(ages: ages)
        change(&window)
        return RequestScheduler(budget ?? standard).decide(share, window)
    }

    @Test func countedWindowIsTheHourAndTheTimeThatARequestMayTakeToArrive() {
        #expect(standard.length == .seconds(3612))
        #expect(standard.flight == .seconds(12))
        #expect(RequestBudget(cap: 2, window: .seconds(100), requestTimeout: .seconds(1)).length == .seconds(103))
    }

    @Test func idleBudgetLetsABurstGoAtFourTimesTheEvenPaceAndThenSpreadsTheRest() {
        // Until it is 39 requests ahead of the pace: 10 % of 400, one place of which is upkeep's. The pace is what is left of
        // the cap, spread over the window.
        let waits = intervals(.lead, standard, count: 80)
        #expect(waits.prefix(49).allSatisfy { $0 == 3_612_000 / 1600 })
        let spread = waits.dropFirst(51)
        #expect(spread.allSatisfy { (10_000...10_034).contains($0) }, "\(spread)")
    }

    @Test(arguments: [2, 10, 60])
    func burstOfASmallCapGoesOneAtATime(cap: Int) {
        #expect(intervals(.lead, RequestBudget(cap: cap), count: 2) == [12_000])
    }

    @Test func withoutABurstRequestsAreEvenFromTheFirst() {
        var budget = standard
        budget.burstPercent = 0
        #expect(intervals(.lead, budget, count: 50).allSatisfy { (9052...9053).contains($0) })
    }

    @Test(arguments: [1, 2, 3, 7, 20, 399, 400, 5000])
    func fullWindowWaitsUntilTheOldestLeavesIt(cap: Int) {
        let budget = RequestBudget(cap: cap)
        // Granted by an older rule, all at once.
        let ages = [Int64](repeating: 1_000_000, count: cap)
        #expect(decide(.upkeep, ages: ages, of: budget) == .wait(budget.length - .seconds(1000)))
        #expect(decide(.lead, ages: ages, of: budget) == .wait(budget.length - .seconds(1000)))
    }

    @Test func loweredCapWaitsUntilAsManyHaveLeft() {
        let ages = (0..<500).map { Int64($0) * 5000 }
        guard case .wait(let wait) = decide(.upkeep, ages: ages) else {
            Issue.record("500 are more than 400")
            return
        }
        #expect(wait == standard.length - .milliseconds(ages[399]))
    }

    @Test func historyLeavesAFifthToEverybodyElse() {
        // 320 requests, evenly over the window.
        let ages = (0..<320).map { Int64($0) * 11_000 + 1000 }
        #expect(decide(.bulk, ages: ages) != .grant)
        #expect(decide(.lead, ages: ages.map { $0 + 2000 }) == .grant)
        #expect(decide(.signal, ages: ages.map { $0 + 2000 }) == .grant)
    }

    @Test func upkeepNeedNotWaitBehindAFullQueueUntilItsShareIsUsed() {
        var schedule = RequestSchedule(standard, after: RequestWindow(), for: [.lead])
        var times: [Int64] = []
        for _ in 0..<2000 {
            let time = schedule.earliest(for: .lead) ?? 0
            schedule.append(time)
            times.append(time)
        }
        let now = times.last ?? 0
        let ages = times.reversed().map { now - $0 }.filter { $0 < 3_612_000 }
        #expect(ages.count == 399)
        #expect(decide(.lead, ages: ages) != .grant)
        #expect(decide(.upkeep, ages: ages) == .grant, "an operator's command goes at once")
        #expect(decide(.upkeep, ages: ages) { $0.upkeepCount = 19 } == .grant)
        #expect(decide(.upkeep, ages: ages) { $0.upkeepCount = 20 } != .grant, "20 of 400 are its share")
        #expect(RequestBudget(cap: 3).upkeepShare == 1)
    }

    @Test func serversWordHoldsEverybodyUpAndAFaultOnlyTheWork() {
        let asked = RequestWindow.Rest(remaining: .seconds(90), asked: .seconds(90))
        let refused = RequestWindow.Rest(remaining: .seconds(60))
        let both = RequestWindow.Rest(remaining: .seconds(60), asked: .seconds(20))
        for share in RequestShare.allCases {
            #expect(decide(share) { $0.rest = asked } == .wait(.seconds(90)))
            let mending = decide(share) { $0.rest = refused }
            #expect(
                mending == (share == .upkeep ? .grant : .wait(.seconds(60))),
                "doctor may look whether it is mended"
            )
            #expect(decide(share) { $0.rest = both } == .wait(share == .upkeep ? .seconds(20) : .seconds(60)))
        }
    }

    @Test func noSecondSeesMoreThanGetResponseTakesHoweverLateRequestsArrive() {
        // 10 of before may still be under way, so that 70 are granted.
        let budget = RequestBudget(cap: 1_000_000)
        #expect(decide(.lead, ages: [Int64](repeating: 300, count: 69), of: budget) == .grant)
        #expect(decide(.lead, ages: [Int64](repeating: 300, count: 70), of: budget) == .wait(.milliseconds(700)))
    }

    @Test func noMoreAreUnderWayThanGetResponseTakes() {
        #expect(decide { $0.inFlight = 9 } == .grant)
        #expect(decide { $0.inFlight = 10 } == .wait(.milliseconds(100)))
    }

    @Test func tenMinutesHaveALimitOfTheirOwn() {
        var budget = RequestBudget(cap: 1_000_000, burstPercent: 100)
        budget.perTenMinutes = 310
        let ages = (0..<300).map { Int64($0) * 1000 + 500 }
        #expect(decide(.lead, ages: ages, of: budget) == .wait(.milliseconds(600_000 - 299_500)))
        #expect(decide(.lead, ages: Array(ages.prefix(299)), of: budget) == .grant)
    }

    @Test func whatIsLeftIsNeverNegative() {
        #expect(RequestBudget(cap: 3).left(RequestWindow(ages: [1])) == 2)
        #expect(RequestBudget(cap: 3).left(RequestWindow(ages: [1, 2, 3, 4])) == 0)
    }

    /// The waits between the first requests of a backlog that meets an idle budget.
    private func intervals(_ share: RequestShare, _ budget: RequestBudget, count: Int) -> [Int64] {
        var schedule = RequestSchedule(budget, after: RequestWindow(), for: [share])
        var times: [Int64] = []
        for _ in 0..<count {
            let time = schedule.earliest(for: share) ?? -1
            schedule.append(time)
            times.append(time)
        }
        return zip(times.dropFirst(), times).map { $0 - $1 }
    }
}
