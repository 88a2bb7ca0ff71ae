import Journal
import Logging
import Metrics
import Model
import Salesforce
import Synchronization
import Time

/// Keeps the org's last API calls for what matters most: sets and ends the pauses that Salesforce's word on them asks for.
final class APIUsageWatch: Sendable {
    /// What was last acted on.
    private struct Memory {
        var number = 0
        var writtenBoot: Int64?
    }

    /// How often the same word is written again, so that the pauses last and `status` is not stale.
    private static let rewrite: Duration = .seconds(60)

    private let journal: EventJournal
    private let salesforce: SalesforceClient
    private let rule: APIUsageRule
    private let time: any TimeSource
    private let logger: Logger
    private let memory = Mutex(Memory())

    init(
        journal: EventJournal,
        salesforce: SalesforceClient,
        rule: APIUsageRule,
        time: any TimeSource,
        logger: Logger
    ) {
        self.journal = journal
        self.salesforce = salesforce
        self.rule = rule
        self.time = time
        self.logger = logger
    }

    /// Acts on what Salesforce said since the last look, if anything.
    ///
    /// Another worker may have set or ended a level meanwhile, so those that stand are read anew.
    func runOnce() async throws(JournalError) {
        guard let reading = salesforce.latestLimitReading, reading.number != memory.withLock({ $0.number }) else {
            return
        }
        let now = time.read()
        let pauses = try await journal.reader.pauses()
        let standing = pauses.compactMap { pause -> (level: UsageLevel, until: Timestamp)? in
            guard case .usage(let level) = pause.subject else { return nil }
            return (level, pause.until)
        }
        let current = Set(standing.map(\.level))
        let levels = rule.levels(share: reading.info.share, current: current)
        let isDue = standing.contains { levels.contains($0.level) && $0.until.milliseconds <= now.wall }
        guard levels != current || isDue || isStale(now) else { return noteSeen(reading) }
        let until = Timestamp(milliseconds: now.wall).advanced(by: rule.probeAfter)
        let usage = APIUsage(used: reading.info.used, limit: reading.info.allowed, readAt: now.wall)
        try await journal.note(usage, pauses: self.pauses(levels, until: until, usage))
        noteSeen(reading, writtenBoot: now.boot)
        report(levels, before: current, usage)
    }

    private func isStale(_ now: TimeReading) -> Bool {
        memory.withLock { memory in
            guard let written = memory.writtenBoot else { return true }
            return now.boot - written >= Self.rewrite.wholeMilliseconds
        }
    }

    private func noteSeen(_ reading: LimitReading, writtenBoot: Int64? = nil) {
        memory.withLock { memory in
            memory.number = reading.number
            memory.writtenBoot = writtenBoot ?? memory.writtenBoot
        }
    }

    private func pauses(_ levels: Set<UsageLevel>, until: Timestamp, _ usage: APIUsage) -> [UsageLevel: Pause] {
        Dictionary(
            levels.map { level in
                let end = Int(((rule.begin(of: level) - rule.slack) * 100).rounded())
                let reason =
                    "The org has used \(usage.used) of its \(usage.limit) API calls of the last 24 hours; "
                    + "\(level.who) until it is below \(end) %."
                return (level, Pause(subject: .usage(level), reason: reason, errorClass: .quota, until: until))
            }
        ) { first, _ in first }
    }

    private func report(_ levels: Set<UsageLevel>, before: Set<UsageLevel>, _ usage: APIUsage) {
        let figures: Logger.Metadata = ["api.used": "\(usage.used)", "api.limit": "\(usage.limit)"]
        for level in UsageLevel.allCases where levels.contains(level) != before.contains(level) {
            let metadata = figures.merging(["pause": "\(PauseSubject.usage(level).name)"]) { $1 }
            if levels.contains(level) {
                Counter(label: "leadrelay_pauses_total", dimensions: [("class", ErrorClass.quota.rawValue)]).increment()
                logger.warning("Paused: the org has few API calls left of the last 24 hours", metadata: metadata)
            } else {
                logger.notice("A pause is over", metadata: metadata)
            }
        }
    }
}

extension UsageLevel {
    /// Who waits, for people.
    fileprivate var who: String {
        switch self {
        case .background: "opens, clicks and history wait"
        case .reserve: "everything but opt-outs waits"
        }
    }
}
