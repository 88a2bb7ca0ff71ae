import Journal
import Model
import TestSupport
import Time

@testable import Worker

/// Where a simulation's grants are counted: a model of the ledger, or the journal's own.
protocol SimulatedLedger {
    mutating func ask(_ share: RequestShare) async throws -> LedgerAnswer
    mutating func settle(_ id: Int64) async throws
}

/// The ledger's rows and rules, without a file.
struct ModelLedger: SimulatedLedger {
    private struct Row {
        var share: RequestShare
        var granted: TimeReading
        /// Comparing numbers is cheaper than comparing names.
        var boot: Int
        var isOpen = true
    }

    let scheduler: RequestScheduler
    let time: ManualTimeSource
    private var rows: [Row] = []
    private var boot = 0
    private var bootID: String

    init(_ budget: RequestBudget, time: ManualTimeSource) {
        scheduler = RequestScheduler(budget)
        self.time = time
        bootID = time.read().bootID
    }

    mutating func ask(_ share: RequestShare) async throws -> LedgerAnswer {
        let now = time.read()
        if bootID != now.bootID {
            bootID = now.bootID
            boot += 1
        }
        let length = scheduler.budget.length.wholeMilliseconds
        var window = RequestWindow()
        let flight = scheduler.budget.flight.wholeMilliseconds
        for index in rows.indices.suffix(scheduler.budget.cap * 2).reversed() {
            let isOfThisBoot = rows[index].boot == boot
            let age = isOfThisBoot ? now.boot - rows[index].granted.boot : max(0, now.wall - rows[index].granted.wall)
            guard age < length else { continue }
            window.ages.append(age)
            if rows[index].share == .upkeep { window.upkeepCount += 1 }
            if rows[index].isOpen, isOfThisBoot, age < flight { window.inFlight += 1 }
        }
        if boot > 0 { window.ages.sort() }
        if case .wait(let wait) = scheduler.decide(share, window) { return .wait(wait) }
        rows.append(Row(share: share, granted: now, boot: boot))
        return .granted(LedgerGrant(id: Int64(rows.count), grantedBoot: now.boot))
    }

    mutating func settle(_ id: Int64) async throws {
        rows[Int(id) - 1].isOpen = false
    }
}

/// The journal's ledger, on two connections as two processes have them.
struct JournalLedger: SimulatedLedger {
    let scheduler: RequestScheduler
    let journals: [EventJournal]
    private var turn = 0

    init(_ budget: RequestBudget, journals: [EventJournal]) {
        scheduler = RequestScheduler(budget)
        self.journals = journals
    }

    mutating func ask(_ share: RequestShare) async throws -> LedgerAnswer {
        turn += 1
        let ask = RequestAsk(
            purpose: "contact",
            share: share,
            worker: "w\(turn % journals.count)",
            length: scheduler.budget.length,
            flight: scheduler.budget.flight
        )
        return try await journals[turn % journals.count].grantRequest(ask) { [scheduler] in
            scheduler.decide(share, $0)
        }
    }

    mutating func settle(_ id: Int64) async throws {
        try await journals[0].settleRequest(id, status: 200)
    }
}

/// Events that need a request, in the order in which they come.
struct SimulatedArrivals {
    enum Pattern: CaseIterable {
        /// All at once, for hours to come.
        case spike
        /// Twice as many as the cap takes, evenly.
        case steady
        /// A crowd after idle time, then others around the ends of the windows that follow.
        case edges
    }

    /// When, for whom, and how many.
    var all: [(time: Int64, share: RequestShare, count: Int)]

    init(_ pattern: Pattern, cap: Int, length: Int64, using generator: inout SeededGenerator) {
        switch pattern {
        case .spike: all = [(0, .lead, cap * 10)]
        case .steady:
            let step = 1_800_000 / Int64(cap)
            all = (0..<Int64(length / step)).map { ($0 * step, .lead, 1) }
        case .edges:
            all = [(0, .lead, cap / 2)]
            for hour in 1...4 {
                for _ in 0..<4 {
                    let near = Int64(hour) * 3_600_000 + .random(in: -30_000...30_000, using: &generator)
                    all.append((near, .lead, .random(in: 1...cap, using: &generator)))
                }
            }
            all.sort { $0.time < $1.time }
        }
    }

    init(_ all: [(time: Int64, share: RequestShare, count: Int)]) {
        self.all = all
    }
}
