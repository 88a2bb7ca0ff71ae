import Journal
import Model
import TestSupport
import Time

@testable import Worker

/// Workers that share a ledger in a world with a true clock, which only the judge reads.
///
/// Grants are sent up to 2 s later and reach the server up to the time-out after that; workers die with requests under way;
/// the wall clock is set an hour forwards and backwards.
struct SchedulerSimulation {
    enum Trouble: CaseIterable {
        case wallJumps
        case restarts
        case reboots
    }

    struct Outcome {
        /// True times, in milliseconds from the start.
        var grants: [(time: Int64, share: RequestShare)] = []
        var arrivals: [Int64] = []
        /// From the grant to the answer, of what was sent.
        var flights: [ClosedRange<Int64>] = []
        /// When a request of a signal or lead was wanted all the time.
        var busy: [ClosedRange<Int64>] = []
    }

    private struct Worker {
        var asksAt: Int64
        /// Requests under way: when each ends.
        var open: [(id: Int64, end: Int64)] = []
    }

    let budget: RequestBudget
    let time: ManualTimeSource
    var ledger: any SimulatedLedger
    var generator: SeededGenerator
    var arrivals: SimulatedArrivals
    var troubles: [Trouble] = []
    var workerCount = 2

    private var now: Int64 = 0
    private var waiting: [RequestShare: Int] = [:]
    private var workers: [Worker] = []
    private var outcome = Outcome()
    private var busySince: Int64?
    private var boots = 1

    init(
        budget: RequestBudget,
        time: ManualTimeSource,
        ledger: any SimulatedLedger,
        generator: SeededGenerator,
        arrivals: SimulatedArrivals,
        troubles: [Trouble] = [],
        workerCount: Int = 2
    ) {
        self.budget = budget
        self.time = time
        self.ledger = ledger
        self.generator = generator
        self.arrivals = arrivals
        self.troubles = troubles
        self.workerCount = workerCount
    }

    /// Runs for so many milliseconds.
    mutating func run(_ length: Int64) async throws -> Outcome {
        workers = (0..<workerCount).map { _ in Worker(asksAt: .random(in: 0...200, using: &generator)) }
        var troubleAt = Int64.random(in: 60_000...1_800_000, using: &generator)
        var next = 0
        while now < length {
            let step = min(
                workers.map(\.asksAt).min() ?? length,
                workers.flatMap(\.open).map(\.end).min() ?? length,
                next < arrivals.all.count ? arrivals.all[next].time : length,
                troubles.isEmpty ? length : troubleAt
            )
            pass(until: min(max(step, now), length))
            while next < arrivals.all.count, arrivals.all[next].time <= now {
                waiting[arrivals.all[next].share, default: 0] += arrivals.all[next].count
                next += 1
            }
            if !troubles.isEmpty, troubleAt <= now {
                trouble(generator.pick(troubles))
                troubleAt = now + .random(in: 60_000...1_800_000, using: &generator)
            }
            for index in workers.indices {
                for request in workers[index].open where request.end <= now { try await ledger.settle(request.id) }
                workers[index].open.removeAll { $0.end <= now }
                if workers[index].asksAt <= now { try await ask(index) }
            }
            note()
        }
        if let busySince { outcome.busy.append(busySince...now) }
        outcome.arrivals.sort()
        return outcome
    }

    private mutating func pass(until moment: Int64) {
        time.advance(by: .milliseconds(moment - now))
        now = moment
    }

    private mutating func ask(_ index: Int) async throws {
        let poll = Int64.random(in: 1...100, using: &generator)
        let share = RequestShare.allCases.first { waiting[$0, default: 0] > 0 }
        guard let share, workers[index].open.count < 4 else {
            workers[index].asksAt = now + poll
            return
        }
        switch try await ledger.ask(share) {
        case .granted(let grant):
            waiting[share, default: 0] -= 1
            outcome.grants.append((now, share))
            // Most go at once and are answered soon; some take all the time that they have.
            let isSlow = Int.random(in: 0..<20, using: &generator) == 0
            let sent = now + .random(in: isSlow ? 0...2000 : 0...5, using: &generator)
            let arrived = sent + .random(in: isSlow ? 0...9999 : 5...150, using: &generator)
            if sent - now < 2000 {
                outcome.arrivals.append(arrived)
                outcome.flights.append(now...arrived)
            }
            workers[index].open.append((grant.id, arrived))
            workers[index].asksAt = now
        case .wait(let wait):
            workers[index].asksAt = now + wait.wholeMilliseconds + poll
        case .taken: workers[index].asksAt = now + poll
        }
    }

    private mutating func trouble(_ trouble: Trouble) {
        switch trouble {
        case .wallJumps: time.jumpWall(by: .seconds(Bool.random(using: &generator) ? 3600 : -3600))
        case .restarts:
            // What it had under way arrives or not, and is never settled.
            let index = Int.random(in: workers.indices, using: &generator)
            workers[index] = Worker(asksAt: now + .random(in: 100...3000, using: &generator))
        case .reboots:
            pass(until: now + .random(in: 1000...60_000, using: &generator))
            boots += 1
            time.reboot(bootID: "boot-\(boots)")
            for index in workers.indices { workers[index] = Worker(asksAt: now) }
        }
    }

    private mutating func note() {
        let isBusy = waiting[.lead, default: 0] + waiting[.signal, default: 0] > 0
        if isBusy, busySince == nil { busySince = now }
        if !isBusy, let since = busySince {
            outcome.busy.append(since...now)
            busySince = nil
        }
    }
}
