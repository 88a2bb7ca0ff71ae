import Configuration
import Model
import Planning
import Worker

extension Settings {
    /// The settings under `worker`.
    struct Worker: Hashable, Sendable {
        /// On loopback; 0 takes a free one.
        var adminPort: Int
        var concurrency: Int
        var lanes: Lanes
        var leaseDuration: Duration
        var shutdownGrace: Duration
        var maxAttempts: Int
        var retryBase: Duration
        var retryCap: Duration
        var duplicateWindow: Duration

        init(_ reader: ConfigReader) throws {
            adminPort = try reader.requiredInt(forKey: "adminPort")
            concurrency = try reader.requiredInt(forKey: "concurrency")
            lanes = try Lanes(reader.scoped(to: "lanes"))
            leaseDuration = try reader.duration(forKey: "leaseDuration")
            shutdownGrace = try reader.duration(forKey: "shutdownGrace")
            maxAttempts = try reader.requiredInt(forKey: "maxAttempts")
            retryBase = try reader.duration(forKey: "retryBase")
            retryCap = try reader.duration(forKey: "retryCap")
            duplicateWindow = try reader.duration(forKey: "duplicateWindow")
        }
    }

    /// The settings under `worker.lanes`.
    struct Lanes: Hashable, Sendable {
        var signal: Int
        var lead: Int
        var activity: Int
        var bulk: Int
        var patience: Duration

        init(_ reader: ConfigReader) throws {
            signal = try reader.requiredInt(forKey: "signal")
            lead = try reader.requiredInt(forKey: "lead")
            activity = try reader.requiredInt(forKey: "activity")
            bulk = try reader.requiredInt(forKey: "bulk")
            patience = try reader.duration(forKey: "patience")
        }

        /// Whose turn it is among the lanes.
        var rota: LaneRota {
            LaneRota(
                weights: [.signal: signal, .lead: lead, .activity: activity, .bulk: bulk],
                patience: patience
            )
        }
    }

    /// The settings under `sync`.
    struct Sync: Hashable, Sendable {
        var existingContact: ExistingContactPolicy
        /// FirstName of a single name; nil leaves it empty.
        var namePlaceholder: String?
        var leadSource: String
        var status: String
        var unsubscribedStatus: String
        var companyField: String
        var titleField: String
        var highIntentTags: [String]
        var resubscribe: ResubscribePolicy
        var resubscribeOrigins: [String]
        var campaigns: [CampaignRule]
        var memberStatuses: [String]
        var tasks: Tasks
        var orphanWait: Duration
        var profileMaxAge: Duration

        init(_ reader: ConfigReader) throws {
            existingContact = try reader.requiredString(forKey: "existingContact", as: ExistingContactPolicy.self)
            namePlaceholder = reader.string(forKey: "name.placeholder")
            leadSource = try reader.requiredString(forKey: "leadSource")
            status = try reader.requiredString(forKey: "status")
            unsubscribedStatus = try reader.requiredString(forKey: "unsubscribedStatus")
            companyField = try reader.requiredString(forKey: "companyField")
            titleField = try reader.requiredString(forKey: "titleField")
            highIntentTags = try reader.requiredStringArray(forKey: "highIntentTags")
            resubscribe = try reader.requiredString(forKey: "resubscribe", as: ResubscribePolicy.self)
            resubscribeOrigins = try reader.requiredStringArray(forKey: "resubscribeOrigins")
            campaigns = try reader.entries(forKey: "campaigns").compactMap(CampaignRule.init)
            memberStatuses = try reader.requiredStringArray(forKey: "memberStatuses")
            tasks = try Tasks(reader.scoped(to: "tasks"))
            orphanWait = try reader.duration(forKey: "orphanWait")
            profileMaxAge = try reader.duration(forKey: "profileMaxAge")
        }
    }

    /// The settings under `sync.tasks`.
    struct Tasks: Hashable, Sendable {
        var opens: OpenTasks
        var clicks: ClickTasks
        var dailyLimit: Int

        init(_ reader: ConfigReader) throws {
            opens = try reader.requiredString(forKey: "opens", as: OpenTasks.self)
            clicks = try reader.requiredString(forKey: "clicks", as: ClickTasks.self)
            dailyLimit = try reader.requiredInt(forKey: "dailyLimit")
        }

        /// What the planner follows.
        var policy: TaskPolicy {
            var policy = TaskPolicy()
            policy.opens = opens
            policy.clicks = clicks
            policy.dailyLimit = dailyLimit
            return policy
        }
    }

    /// The settings under `optOut`.
    struct OptOut: Hashable, Sendable {
        var reasons: [String]
        var scope: OptOutScope
        var deadline: Duration
        var reconcileInterval: Duration
        var since: ReconcileStart
        var sweepInterval: Duration
        var fullSweepDays: Int
        var drift: DriftPolicy

        init(_ reader: ConfigReader) throws {
            reasons = try reader.requiredStringArray(forKey: "reasons")
            scope = try reader.requiredString(forKey: "scope", as: OptOutScope.self)
            deadline = try reader.duration(forKey: "deadline")
            reconcileInterval = try reader.duration(forKey: "reconcileInterval")
            since = ReconcileStart(try reader.requiredString(forKey: "since")) ?? .journal
            sweepInterval = try reader.duration(forKey: "sweepInterval")
            fullSweepDays = try reader.requiredInt(forKey: "fullSweepDays")
            drift = try reader.requiredString(forKey: "drift", as: DriftPolicy.self)
        }
    }
}

extension CampaignRule {
    /// The rule that an entry of `sync.campaigns` writes down; nil without a campaign, which the file's check refuses.
    fileprivate init?(_ entry: [String: String]) {
        guard let campaign = entry["campaign"] else { return nil }
        self.init(
            list: entry["list"],
            origin: entry["origin"],
            tag: entry["tag"],
            campaign: campaign,
            status: entry["status"] ?? Self.standardStatus
        )
    }
}

extension ReconcileStart {
    /// Reads `journal`, `all`, or a day or time; nil for anything else.
    init?(_ text: String) {
        switch text {
        case "journal": self = .journal
        case "all": self = .all
        default:
            guard let time = Timestamp(text: text) else { return nil }
            self = .time(time)
        }
    }
}
