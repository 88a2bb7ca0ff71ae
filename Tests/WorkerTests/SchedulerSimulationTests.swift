import Journal
import Model
import TestSupport
import Testing
import Time

@testable import Worker

/// Invariant 5, in worlds made from seeds and judged by a clock that nothing under test can read.
@Suite("The cap, in simulated worlds", .timeLimit(.minutes(2)))
struct SchedulerSimulationTests {
    private typealias Simulation = SchedulerSimulation

    /// Hours of simulated time.
    private static let length: Int64 = 3 * 3_600_000

    /// A wall clock that is set and a machine that starts again are each survived; a clock that is set between the last
    /// request and the restart leaves nothing to count by, so they do not meet here (see the ledger's own tests).
    private static func troubles(_ seed: UInt64) -> [Simulation.Trouble] {
        [.restarts, seed.isMultiple(of: 2) ? .wallJumps : .reboots]
    }

    @Test(arguments: SimulatedArrivals.Pattern.allCases, UInt64(1)...4)
    func noHourHoldsMoreThanTheCapWhateverHappens(pattern: SimulatedArrivals.Pattern, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let cap = generator.pick([1, 2, 7, 20, 60, 100])
        let outcome = try await run(pattern, cap: cap, seed: seed, troubles: Self.troubles(seed))
        #expect(outcome.tightest(cap).map { $0 >= 3_600_000 } ?? true)
        #expect(outcome.arrivals.count >= cap)
    }

    @Test(arguments: SimulatedArrivals.Pattern.allCases, UInt64(11)...12)
    func backlogUsesNearlyAllOfEveryHourAndIsServedEvenly(pattern: SimulatedArrivals.Pattern, seed: UInt64) async throws
    {
        let outcome = try await run(pattern, cap: 400, seed: seed, troubles: [.wallJumps, .restarts])
        #expect(outcome.tightest(400).map { $0 >= 3_600_000 } == true)
        if let least = outcome.leastUsed() { #expect(least >= 392, "98 % of 400") }
        #expect(pattern == .edges || outcome.leastUsed() != nil, "some hour lies within the backlog")
        #expect(outcome.longestGap <= 2 * 9000)
    }

    @Test(arguments: UInt64(21)...22)
    func historyAloneUsesFourFifthsAndLeadsOvertakeIt(seed: UInt64) async throws {
        let leads = (0..<30).map { (time: 9_000_000 + Int64($0), share: RequestShare.lead, count: 1) }
        let arrivals = SimulatedArrivals([(0, .bulk, 4000)] + leads)
        let outcome = try await run(arrivals, cap: 400, seed: seed, troubles: [.wallJumps, .restarts])
        #expect(outcome.tightest(400).map { $0 >= 3_600_000 } ?? true)
        let before = outcome.grants.map(\.time).filter { $0 < 9_000_000 }
        for (index, time) in before.enumerated() where time + 3_600_000 < 9_000_000 {
            let count = before[index...].count { $0 <= time + 3_600_000 } - 1
            #expect((313...320).contains(count), "98 % of 320 at least, at \(time)")
        }
        let served = outcome.grants.filter { $0.share == .lead }.map(\.time)
        #expect(served.count == 30)
        #expect(served.last.map { $0 < 9_000_000 + 75_000 } == true, "a burst, whatever history has used")
    }

    @Test(arguments: UInt64(31)...32)
    func commandsGoFirstWhateverTheBacklog(seed: UInt64) async throws {
        let commands = (1...5).map { (time: Int64($0) * 2_000_000, share: RequestShare.upkeep, count: 1) }
        let arrivals = SimulatedArrivals([(0, .lead, 4000)] + commands)
        let outcome = try await run(arrivals, cap: 400, seed: seed, troubles: [.wallJumps])
        let served = outcome.grants.filter { $0.share == .upkeep }.map(\.time)
        #expect(served.count == 5)
        for (asked, granted) in zip(commands, served) { #expect(granted - asked.time < 60_000) }
        #expect(outcome.leastUsed().map { $0 >= 392 } == true)
        #expect(outcome.longestGap <= 2 * 9000)
    }

    @Test func limitsOfGetResponseItselfHoldWhateverThePlan() async throws {
        let time = ManualTimeSource()
        var budget = RequestBudget(cap: 200_000)
        budget.perTenMinutes = 1000
        var simulation = SchedulerSimulation(
            budget: budget,
            time: time,
            ledger: ModelLedger(budget, time: time),
            generator: SeededGenerator(seed: 61),
            arrivals: SimulatedArrivals([(0, .lead, 100_000)]),
            troubles: [.restarts, .wallJumps],
            workerCount: 4
        )
        let outcome = try await simulation.run(100_000)
        #expect(outcome.most(within: 1000) <= 80)
        #expect(outcome.mostAtATime <= 10)
        #expect(outcome.most(within: 600_000) <= 1000)
        #expect(outcome.mostAtATime == 10 && outcome.arrivals.count > 950, "for want of nothing else")
    }

    /// The same with the journal's ledger on a file, its rows and its two clocks.
    @Test(arguments: SimulatedArrivals.Pattern.allCases, [UInt64(41), 42, .random(in: 0 ... .max)])
    func journalsLedgerKeepsTheCapToo(pattern: SimulatedArrivals.Pattern, seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let time = ManualTimeSource()
        let configuration = JournalConfiguration(path: directory.path("leadrelay.sqlite"))
        let journals = [
            try EventJournal(configuration: configuration, time: time),
            try EventJournal(configuration: configuration, time: time),
        ]
        let budget = RequestBudget(cap: 40)
        var generator = SeededGenerator(seed: seed)
        var simulation = SchedulerSimulation(
            budget: budget,
            time: time,
            ledger: JournalLedger(budget, journals: journals),
            generator: generator,
            arrivals: SimulatedArrivals(pattern, cap: 40, length: Self.length, using: &generator),
            troubles: Self.troubles(seed),
            workerCount: 4
        )
        let outcome = try await simulation.run(Self.length)
        #expect(outcome.tightest(40).map { $0 >= 3_600_000 } == true)
        #expect(outcome.arrivals.count >= 80)
        withExtendedLifetime(directory) {}
    }

    /// At 5,000 an hour, by the schedule that the forecast goes on with, and by workers that come late to each request.
    @Test(arguments: [Int64(0), 200])
    func largePlanIsUsedUpEvenlyForHours(lateness: Int64) {
        var generator = SeededGenerator(seed: 51)
        let budget = RequestBudget(cap: 5000)
        var schedule = RequestSchedule(budget, after: RequestWindow(), for: [.lead])
        var outcome = SchedulerSimulation.Outcome()
        var now: Int64 = 0
        while now < 3 * 3_600_000 {
            now = max(now, schedule.earliest(for: .lead) ?? .max) + .random(in: 0...lateness, using: &generator)
            schedule.append(now)
            outcome.grants.append((now, .lead))
            outcome.arrivals.append(now)
        }
        outcome.busy = [0...now]
        #expect(outcome.tightest(5000).map { $0 >= 3_612_000 } == true)
        #expect(outcome.leastUsed().map { $0 >= 4900 } == true)
        #expect(outcome.longestGap <= 2 * 720)
    }

    private func run(
        _ pattern: SimulatedArrivals.Pattern,
        cap: Int,
        seed: UInt64,
        troubles: [SchedulerSimulation.Trouble]
    ) async throws -> SchedulerSimulation.Outcome {
        var generator = SeededGenerator(seed: seed)
        let arrivals = SimulatedArrivals(pattern, cap: cap, length: Self.length, using: &generator)
        return try await run(arrivals, cap: cap, seed: seed, troubles: troubles)
    }

    private func run(
        _ arrivals: SimulatedArrivals,
        cap: Int,
        seed: UInt64,
        troubles: [SchedulerSimulation.Trouble]
    ) async throws -> SchedulerSimulation.Outcome {
        var generator = SeededGenerator(seed: seed &+ 1000)
        let time = ManualTimeSource()
        let budget = RequestBudget(cap: cap)
        var simulation = SchedulerSimulation(
            budget: budget,
            time: time,
            ledger: ModelLedger(budget, time: time),
            generator: generator,
            arrivals: arrivals,
            troubles: troubles,
            workerCount: .random(in: 2...4, using: &generator)
        )
        return try await simulation.run(Self.length)
    }
}
