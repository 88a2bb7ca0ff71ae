import Foundation
import Journal
import Model
import Time

/// Events claimed and completed in batches of 100 with backlogs of several sizes and kinds.
struct QueueBenchmark {
    let folder: String
    let rounds: Int
    /// Backlogs above this are left out.
    let largest: Int
    private let batch = 100
    /// How many events a round claims and completes of each backlog.
    private let volume = 5000

    private struct Case {
        var name: String
        var backlog: Backlog
        /// Filled up to this many before each of its batches; 0 where the backlog lasts for all rounds.
        var keptAt = 0
        var rates: [Double] = []
        var ratios: [Double] = []
        var syncs: [Double] = []
    }

    func run() async throws {
        print(
            """
            Claim and complete, FULL, in batches of \(batch), \(volume) events a backlog and round; the rounds take turns; \
            medians of \(rounds)
            """
        )
        var cases = try makeCases()
        Disk.settle()
        for _ in 0..<rounds {
            var base = 0.0
            for index in cases.indices {
                cases[index].syncs.append(try Disk.syncsPerSecond(in: folder))
                let rate = try await rate(of: cases[index])
                if index == 0 { base = rate }
                cases[index].rates.append(rate)
                cases[index].ratios.append(base / rate)
            }
        }
        var table = Table("backlog", "events/s", "cost an event against the first", "fdatasync/s")
        for item in cases {
            table.add(item.name, item.rates.median.grouped, item.ratios.median.text(2), item.syncs.median.grouped)
        }
        try bare(into: &table, base: cases[0].rates.median)
        table.print()
    }

    private func makeCases() throws -> [Case] {
        let small = Case(name: "1,000", backlog: try Backlog(path: folder + "/queue-1k.sqlite"), keptAt: 1000)
        var cases = [small]
        for count in [100_000, 1_000_000] where count <= largest {
            let backlog = try Backlog(path: "\(folder)/queue-\(count).sqlite")
            try backlog.add(count)
            cases.append(Case(name: Double(count).grouped, backlog: backlog))
        }
        guard largest >= 100_000 else { return cases }
        let held = try Backlog(path: folder + "/queue-held.sqlite")
        try held.add(100_000, .held)
        cases.append(Case(name: "1,000 behind 100,000 of one busy person", backlog: held, keptAt: 1000))
        let snoozed = try Backlog(path: folder + "/queue-snoozed.sqlite")
        try snoozed.add(100_000, .snoozed)
        cases.append(Case(name: "1,000 beside 100,000 snoozed", backlog: snoozed, keptAt: 1000))
        return cases
    }

    private func rate(of item: Case) async throws -> Double {
        var spent = Duration.zero
        var done = 0
        while done < volume {
            if item.keptAt > 0 { try item.backlog.add(item.keptAt) }
            let portion = item.keptAt > 0 ? item.keptAt : volume
            let start = ContinuousClock.now
            for _ in stride(from: 0, to: portion, by: batch) { try await claimAndComplete(item.backlog.journal) }
            spent += start.duration(to: .now)
            done += portion
        }
        return Double(done) / spent.seconds
    }

    /// As the worker does: one claim, then each event's end by itself, at once.
    private func claimAndComplete(_ journal: EventJournal) async throws {
        let events = try await journal.claim(owner: "benchmark", limit: batch, leaseDuration: .seconds(30))
        guard events.count == batch else { throw BareSQLite.Failure(description: "\(events.count) events claimed") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for event in events {
                group.addTask { try await journal.conclude(event.ticket, with: .completed(outcome: "applied")) }
            }
            try await group.waitForAll()
        }
    }

    /// The least that the same rows cost: no fence, no look for who holds whom.
    private func bare(into table: inout Table, base: Double) throws {
        var rates: [Double] = []
        var syncs: [Double] = []
        for round in 0..<rounds {
            let backlog = try Backlog(path: "\(folder)/queue-bare-\(round).sqlite")
            try backlog.add(volume)
            Disk.settle()
            syncs.append(try Disk.syncsPerSecond(in: folder))
            let database = try BareSQLite(path: backlog.path)
            let claim = try database.prepare(
                """
                UPDATE event SET state = 'running', claim = claim + 1, attempt = attempt + 1, claimed_at = 1,
                    lease_owner = 'b', lease_until = 2
                WHERE id IN (SELECT event_id FROM ready ORDER BY rank, since, event_id LIMIT 100) RETURNING id
                """
            )
            let complete = try database.prepare(
                """
                UPDATE event SET state = 'completed', outcome = 'applied', finalized_at = 3, claimed_at = NULL,
                    lease_owner = NULL, lease_until = NULL
                WHERE id = ?
                """
            )
            let attempt = try database.prepare(
                """
                INSERT INTO attempt (event_id, claim, number, worker, started_at, finished_at, outcome)
                VALUES (?, 1, 1, 'b', 1, 3, 'completed')
                """
            )
            let start = ContinuousClock.now
            for _ in stride(from: 0, to: volume, by: batch) {
                try database.execute("BEGIN IMMEDIATE")
                let ids = try claim.run()
                try database.execute("COMMIT")
                try database.execute("BEGIN IMMEDIATE")
                for id in ids {
                    try complete.run(.integer(id))
                    try attempt.run(.integer(id))
                }
                try database.execute("COMMIT")
            }
            rates.append(Double(volume) / start.duration(to: .now).seconds)
        }
        table.add(
            "bare SQLite statements on \(Double(volume).grouped)",
            rates.median.grouped,
            (base / rates.median).text(2),
            syncs.median.grouped
        )
    }
}
