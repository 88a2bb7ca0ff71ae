package import GetResponse
package import Journal
package import Logging
import Model
import Planning
package import Salesforce
import ServiceLifecycle
import Synchronization
package import Time

/// The worker process: decodes, claims, executes, renews, rescues and fetches until it is told to stop.
///
/// All its state is in the journal: kill it at any instruction, start it again, and the end state is the same.
package final class EventWorker: Service {
    /// What the worker needs from the outside.
    package struct Dependencies: Sendable {
        package var journal: EventJournal
        package var salesforce: SalesforceClient
        /// Makes a GetResponse client whose requests that gate counts.
        package var getResponse: @Sendable (JournalRequestGate) -> GetResponseClient
        package var time: any TimeSource
        package var logger: Logger
        /// A number in 0..<1, for jitter.
        package var random: @Sendable () -> Double
        package var failPoint: FailPoint

        package init(
            journal: EventJournal,
            salesforce: SalesforceClient,
            getResponse: @escaping @Sendable (JournalRequestGate) -> GetResponseClient,
            time: any TimeSource,
            logger: Logger,
            random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
            failPoint: FailPoint = FailPoint()
        ) {
            self.journal = journal
            self.salesforce = salesforce
            self.getResponse = getResponse
            self.time = time
            self.logger = logger
            self.random = random
            self.failPoint = failPoint
        }
    }

    let configuration: WorkerConfiguration
    let journal: EventJournal
    let time: any TimeSource
    let logger: Logger
    let leases = LeaseBook()
    let decoding: CallbackDecoding
    let fetching: ProfileFetching
    private let executor: EventExecutor
    private let rescue: WorkerRescue
    private let pruning: JournalPruning
    private let reconciling: ReconcileSchedule
    private let walWatch: WALWatch
    private let usageWatch: APIUsageWatch
    private let overdueWatch: OverdueWatch
    private let sweeping: SweepSchedule
    private let outage: JournalOutage
    private let slots: WorkSlots
    private let failPoint: FailPoint
    private let wakeups: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(configuration: WorkerConfiguration, dependencies: Dependencies) {
        self.configuration = configuration
        journal = dependencies.journal
        time = dependencies.time
        logger = dependencies.logger
        failPoint = dependencies.failPoint
        slots = WorkSlots(concurrency: configuration.concurrency)
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        decoding = CallbackDecoding(
            journal: journal,
            policy: configuration.policy,
            duplicateWindow: configuration.duplicateWindow,
            logger: logger
        )
        fetching = ProfileFetching(
            journal: journal,
            configuration: configuration,
            time: time,
            logger: logger,
            client: dependencies.getResponse
        )
        rescue = WorkerRescue(
            journal: journal,
            owner: configuration.owner,
            maxAttempts: configuration.retry.maxAttempts,
            logger: logger
        )
        pruning = JournalPruning(journal: journal, retention: configuration.retention, logger: logger)
        reconciling = ReconcileSchedule(
            journal: journal,
            configuration: configuration,
            client: dependencies.getResponse,
            failPoint: dependencies.failPoint,
            time: time,
            logger: logger
        )
        walWatch = WALWatch(journal: journal, limit: configuration.walAlarmBytes, logger: logger)
        usageWatch = APIUsageWatch(
            journal: journal,
            salesforce: dependencies.salesforce,
            rule: configuration.apiUsage,
            time: time,
            logger: logger
        )
        overdueWatch = OverdueWatch(journal: journal, time: time, logger: logger)
        sweeping = SweepSchedule(
            journal: journal,
            salesforce: dependencies.salesforce,
            configuration: configuration,
            failPoint: dependencies.failPoint,
            time: time,
            logger: logger
        )
        outage = JournalOutage(journal: journal, logger: logger)
        let shape = OrgShape(
            describes: DescribeCache(client: dependencies.salesforce),
            names: configuration.policy.fields,
            rest: configuration.retry.configurationPause / 2,
            time: time,
            logger: logger
        )
        let campaigns = CampaignLookup(
            salesforce: dependencies.salesforce,
            limit: configuration.batchSize,
            linger: configuration.batchLinger,
            time: time
        )
        executor = EventExecutor(
            journal: journal,
            configuration: configuration,
            planner: Planner(policy: configuration.policy),
            resolver: RecordResolver(
                salesforce: dependencies.salesforce,
                configuration: configuration,
                shape: shape,
                time: time
            ),
            sender: EffectSender(
                salesforce: dependencies.salesforce,
                configuration: configuration,
                shape: shape,
                campaigns: campaigns,
                time: time,
                logger: logger
            ),
            shape: shape,
            campaigns: campaigns,
            statuses: CampaignStatuses(
                salesforce: dependencies.salesforce,
                campaigns: configuration.policy.campaigns.map(\.campaign),
                rest: configuration.retry.configurationPause / 2,
                time: time
            ),
            leases: leases,
            failPoint: failPoint,
            time: time,
            logger: logger,
            random: dependencies.random
        )
    }

    /// Works until a graceful shutdown or `stop()`: then nothing more is claimed, and what is in hand is finished or handed
    /// back.
    ///
    /// - Throws: `JournalError` when the journal can't be used at all.
    package func run() async throws {
        let lock = try WorkerLock(journalPath: journal.configuration.path, owner: configuration.owner)
        WorkerLock.removeStale(journalPath: journal.configuration.path)
        try await journal.storeSetting(
            "optOut.deadline",
            value: String(configuration.optOutDeadline.wholeMilliseconds)
        )
        try await journal.hastenPauses()
        logger.info("The worker runs", metadata: ["worker": "\(configuration.owner)"])
        await withTaskGroup { group in
            let interval = configuration.pollInterval
            group.addTask { await self.loop(every: interval) { try await self.decodeAndWake() } }
            group.addTask { await self.loop(every: interval) { try await self.fetchAndWake() } }
            group.addTask { await self.loop(every: .seconds(1)) { try await self.rescueAndWake() } }
            group.addTask { await self.loop(every: interval) { try await self.releaseAndWake() } }
            group.addTask { await self.loop(every: .seconds(60)) { try await self.pruning.runOnce() } }
            group.addTask { await self.loop(every: .seconds(5)) { try await self.watchWAL() } }
            group.addTask { await self.loop(every: interval) { try await self.watchUsage() } }
            if let rest = self.sweeping.rest {
                group.addTask { await self.loop(every: rest) { try await self.sweeping.runOnce() } }
            }
            if let rest = self.reconciling.rest {
                group.addTask { await self.loop(every: rest) { try await self.reconciling.runOnce() } }
            }
            group.addTask { await self.loop(every: interval) { self.tick() } }
            group.addTask { await self.renewLeases() }
            group.addTask { await self.watchOutage() }
            await withGracefulShutdownHandler {
                await self.work()
            } onGracefulShutdown: {
                self.stop()
            }
            group.cancelAll()
        }
        logger.info("The worker has stopped", metadata: ["worker": "\(configuration.owner)"])
        withExtendedLifetime(lock) {}
    }

    /// Asks the worker to stop, as a graceful shutdown does.
    package func stop() {
        wake.finish()
    }

    /// Whether nothing is in hand in this process.
    package var isIdle: Bool { leases.count == 0 }

    /// Claims while there are slots; once the stop has come, waits for what is in hand as long as the grace allows.
    private func work() async {
        await withDiscardingTaskGroup { tasks in
            var rota = configuration.rota
            for await _ in wakeups {
                await claim(into: &tasks, rota: &rota)
            }
            fetching.stop()
            let deadline = time.read().boot + configuration.shutdownGrace.wholeMilliseconds
            while !isIdle || !fetching.isIdle, time.read().boot < deadline, !Task.isCancelled {
                try? await time.sleep(for: .milliseconds(20))
            }
            // A cancelled try gives its event back, the attempt with it.
            tasks.cancelAll()
        }
        await fetching.release()
    }

    private func claim(into tasks: inout DiscardingTaskGroup, rota: inout LaneRota) async {
        guard !outage.isUnderWay else { return }
        do {
            while !Task.isCancelled, let room = slots.room, try await journal.hasClaimableEvents(lanes: room.lanes) {
                let claim = try await journal.claim(
                    owner: configuration.owner,
                    limit: room.limit,
                    lanes: room.lanes,
                    rota: rota,
                    leaseDuration: configuration.leaseDuration
                )
                rota = claim.rota
                guard !claim.events.isEmpty else { return }
                await failPoint.reach(.claimed)
                for event in claim.events {
                    let side = WorkSlots.Side(event.lane)
                    slots.take(side)
                    leases.add(event)
                    tasks.addTask { [self] in
                        await executor.run(event)
                        leases.remove(event.ticket)
                        slots.give(back: side)
                        wake.yield()
                    }
                }
            }
        } catch {
            guard !outage.begins(with: error) else { return }
            logger.warning("No events could be claimed; trying again", metadata: ["error": "\(error)"])
        }
    }

    /// Extends every lease in hand at a third of its life.
    private func renewLeases() async {
        while !Task.isCancelled {
            try? await time.sleep(for: configuration.leaseDuration / 3)
            let tickets = leases.tickets
            guard !tickets.isEmpty else { continue }
            do {
                let renewed = try await journal.renewLeases(tickets, leaseDuration: configuration.leaseDuration)
                leases.update(tickets, renewed: renewed)
            } catch {
                guard !outage.begins(with: error) else { continue }
                logger.warning("Leases could not be renewed; trying again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Looks at the queue now and then, in case something became due that nobody announced.
    private func tick() -> Bool {
        wake.yield()
        return false
    }

    private func decodeAndWake() async throws -> Bool {
        let didWork = try await decoding.runOnce()
        guard didWork else { return false }
        await failPoint.reach(.decoded)
        wake.yield()
        return didWork
    }

    private func fetchAndWake() async throws -> Bool {
        let didWork = try await fetching.runOnce()
        if didWork { wake.yield() }
        return didWork
    }

    private func rescueAndWake() async throws -> Bool {
        guard try await rescue.runOnce() > 0 else { return false }
        await failPoint.reach(.rescued)
        wake.yield()
        return false
    }

    private func releaseAndWake() async throws -> Bool {
        guard try await journal.releaseHeldEvents(probeInterval: configuration.retry.probeInterval) > 0 else {
            return false
        }
        wake.yield()
        return true
    }

    private func watchWAL() async throws -> Bool {
        try await walWatch.runOnce()
        try await overdueWatch.runOnce()
        return false
    }

    private func watchUsage() async throws -> Bool {
        try await usageWatch.runOnce()
        return false
    }

    /// Tries a journal that could not be written every second.
    private func watchOutage() async {
        while !Task.isCancelled {
            try? await time.sleep(for: .seconds(1))
            await outage.watch()
        }
    }

    /// Repeats `body` until it is cancelled: at once while it finds work, else after a rest; not while the journal is out.
    private func loop(every interval: Duration, _ body: @escaping @Sendable () async throws -> Bool) async {
        while !Task.isCancelled {
            do {
                if !outage.isUnderWay, try await body() { continue }
                try await time.sleep(for: interval)
            } catch is CancellationError {
                return
            } catch {
                if !outage.begins(with: error) {
                    logger.warning("A loop of the worker failed; trying again", metadata: ["error": "\(error)"])
                }
                try? await time.sleep(for: .seconds(1))
            }
        }
    }
}
