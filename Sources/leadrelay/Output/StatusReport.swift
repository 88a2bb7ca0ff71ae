import Foundation
import Journal
import Model
import Worker

/// The queue at a glance, as `status` prints it; its JSON keys are a contract.
struct StatusReport: Encodable {
    struct LaneState: Encodable {
        var lane: String
        var state: String
        var count: Int
        var oldestSeconds: Double
    }

    struct Budget: Encodable {
        var cap: Int
        var used: Int
        var left: Int
        /// Milliseconds since 1970 UTC; null when nothing is paused.
        @Nullable var pausedUntil: Int64?
    }

    /// The GetResponse requests that a lane's waiting events still need.
    struct Need: Encodable {
        var lane: String
        var requests: Int
        /// When the last of them may leave, in milliseconds since 1970 UTC; null when it never may.
        @Nullable var drainEta: Int64?
    }

    struct OptOuts: Encodable {
        var pending: Int
        var overdue: Int
    }

    /// What the sweeps for lost opt-outs came upon.
    struct Sweep: Encodable {
        /// Records that those of the last 30 days found mailable against their person's will.
        var drifted: Int
        /// What the last one could not look at.
        var leftOut: [String]
    }

    /// The Salesforce API calls of the org's last 24 hours.
    struct APICalls: Encodable {
        var used: Int
        var limit: Int
        /// When Salesforce said so, in milliseconds since 1970 UTC.
        var readAt: Int64
    }

    struct Pause: Encodable {
        var subject: String
        var reason: String
        var until: Int64
    }

    var lanes: [LaneState]
    var callbacksUndecoded: Int
    var callbacksUndecodedOldestSeconds: Double
    /// Whether that is longer than an opt-out may take: one of them may be an opt-out.
    var callbacksOverdue: Bool
    var budget: Budget
    var requestsNeeded: [Need]
    /// When the last request that is needed may leave, in milliseconds since 1970 UTC; null when none is needed.
    @Nullable var drainEta: Int64?
    /// How many contacts got their details in which way.
    var profiles: [String: Int]
    var optOuts: OptOuts
    var sweep: Sweep
    var pauses: [Pause]
    /// Null before Salesforce's first answer.
    @Nullable var salesforceApi: APICalls?
    var walBytes: Int64
    /// Null unless the write-ahead log is long and a reader keeps it from being emptied.
    @Nullable var walAlarm: WALAlarm?

    init(status: JournalStatus, forecast: BudgetForecast, ways: [ProfileWay: Int], now: Int64) {
        lanes = status.depths.map {
            LaneState(
                lane: Lane(rawValue: $0.lane)?.name ?? String($0.lane),
                state: $0.state,
                count: $0.count,
                oldestSeconds: $0.oldestSeconds
            )
        }
        callbacksUndecoded = status.undecodedCallbacks
        callbacksUndecodedOldestSeconds = status.oldestUndecodedSeconds
        callbacksOverdue = status.isDecodingOverdue
        budget = Budget(
            cap: forecast.cap,
            used: forecast.used,
            left: forecast.left,
            pausedUntil: forecast.pausedFor.map { now + $0.wholeMilliseconds }
        )
        requestsNeeded = forecast.needs.map { need in
            Need(
                lane: need.lane.name,
                requests: need.requests,
                drainEta: need.drainedAfter.map { now + $0.wholeMilliseconds }
            )
        }
        drainEta = forecast.drainedAfter.map { now + $0.wholeMilliseconds }
        profiles = Dictionary(ProfileWay.allCases.map { ($0.rawValue, ways[$0] ?? 0) }) { first, _ in first }
        optOuts = OptOuts(pending: status.optOutsPending, overdue: status.optOutsOverdue)
        sweep = Sweep(drifted: status.drifts, leftOut: status.sweepLeftOut)
        pauses = status.pauses.map { Pause(subject: $0.subject, reason: $0.reason, until: $0.until) }
        salesforceApi = status.apiUsage.map { APICalls(used: $0.used, limit: $0.limit, readAt: $0.readAt) }
        walBytes = status.walBytes
        walAlarm = status.walAlarm
    }

    /// Reads everything that the report says.
    ///
    /// - Throws: `JournalError`.
    init(reading reader: JournalReader, budget: RequestBudget, now: Int64) async throws {
        let window = try await reader.requestWindow(length: budget.length, flight: budget.flight)
        let forecast = try await RequestScheduler(budget).forecast(reader.requestBacklog(), window)
        self.init(status: try await reader.status(), forecast: forecast, ways: try await reader.profileWays(), now: now)
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// An optional value that is written as null: a key that comes and goes is hard on scripts.
@propertyWrapper
struct Nullable<Value: Encodable>: Encodable {
    private var value: Value?
    var wrappedValue: Value? {
        get { value }
        set { value = newValue }
    }

    init(wrappedValue: Value?) {
        value = wrappedValue
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
