import Foundation
import Journal
import Model
import Sandbox
import TestSupport
import Time
import Worker

/// A spike worked off by the product's own worker, as it is configured by default, on a journal of its own.
struct RelayRun {
    let spike: Spike

    func figures() async throws -> SpikeFigures {
        let began = ContinuousClock.now
        return try await SpikeWorld.with(spike) { world in
            let directory = try TemporaryDirectory(in: Self.memory)
            let path = directory.path("leadrelay.sqlite")
            let ended = try await workOff(in: world, path: path)
            try world.check()
            return try figures(from: path, ended: ended, world, began: began)
        }
    }

    /// Where there is one: the disk's time is none of the virtual time, so it need not be waited for.
    private static var memory: URL? {
        let memory = URL(fileURLWithPath: "/dev/shm")
        return FileManager.default.isWritableFile(atPath: memory.path) ? memory : nil
    }

    /// - Returns: When the spike ended.
    private func workOff(in world: SpikeWorld, path: String) async throws -> Int64 {
        let journal = try EventJournal(configuration: JournalConfiguration(path: path), time: world.clock)
        let worker = makeWorker(in: world, journal: journal)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            let ended = try await world.arrive { due, now in
                _ = try await journal.append(due.map { spike.callback($0, now: now) })
            }
            while try await !isQuiet(worker, journal) { try await world.clock.sleep(for: .seconds(1)) }
            let idle = idleGrain
            world.time.setGrain { worker.isIdle ? idle : .milliseconds(20) }
            while try await !journal.reader.status().depths.allSatisfy({ $0.state == "dead" }) {
                try await world.clock.sleep(for: .seconds(20))
            }
            worker.stop()
            try await group.waitForAll()
            return ended
        }
    }

    /// While nothing but the budget is waited for, a quarter of the even spacing of requests.
    private var idleGrain: Duration { .milliseconds(3_600_000 / spike.hourlyCap / 4) }

    private func isQuiet(_ worker: EventWorker, _ journal: EventJournal) async throws -> Bool {
        guard worker.isIdle, try await !journal.hasClaimableEvents() else { return false }
        return try await journal.reader.undecodedCallbacks(limit: 1).isEmpty
    }

    private func makeWorker(in world: SpikeWorld, journal: EventJournal) -> EventWorker {
        EventWorker(
            configuration: WorkerConfiguration(
                owner: "spikes",
                concurrency: spike.concurrency,
                budget: RequestBudget(cap: spike.hourlyCap)
            ),
            dependencies: EventWorker.Dependencies(
                journal: journal,
                salesforce: world.salesforce,
                getResponse: { world.getResponse($0) },
                time: world.clock,
                logger: world.logger
            )
        )
    }

    private func figures(
        from path: String,
        ended: Int64,
        _ world: SpikeWorld,
        began: ContinuousClock.Instant
    ) throws -> SpikeFigures {
        func numbers(_ sql: String) throws -> [Int64] {
            try PlainSQL.text(sql, in: path).split(separator: "\n").compactMap { Int64($0) }
        }
        let unfinished = try numbers("SELECT count(*) FROM event WHERE state <> 'completed'").first
        let leads = try numbers("SELECT confirmed_at FROM effect WHERE object = 'Lead' AND created_record = 1")
        let profiles = try numbers("SELECT finalized_at FROM event WHERE action IN ('subscribe', 'enrich')")
        let optOuts = try numbers("SELECT confirmed_at - received_at FROM opt_out_audit WHERE confirmed_at IS NOT NULL")
        guard unfinished == 0, leads.count == spike.registrations, optOuts.count == spike.unsubscribes,
            let lastLead = leads.max(), let lastProfile = profiles.max()
        else {
            throw SpikeFailure(
                description: "\(unfinished ?? -1) events unfinished, \(leads.count) Leads, \(optOuts.count) opt-outs"
            )
        }
        return SpikeFigures(
            spike: spike,
            everyLead: .milliseconds(lastLead - ended),
            everyProfile: .milliseconds(lastProfile - ended),
            getResponseRequests: world.sandbox.getResponse.requests.count,
            salesforceCalls: world.sandbox.salesforce.requestCount,
            optOuts: optOuts.map { .milliseconds($0) },
            real: began.duration(to: .now)
        )
    }
}
