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
        var pausedUntil: Int64?
    }

    struct OptOuts: Encodable {
        var pending: Int
        var overdue: Int
    }

    struct Pause: Encodable {
        var subject: String
        var reason: String
        var until: Int64
    }

    var lanes: [LaneState]
    var callbacksUndecoded: Int
    var budget: Budget
    /// When the last waiting profile is fetched at this cap, in milliseconds since 1970 UTC; null when none is waiting.
    var drainEta: Int64?
    var optOuts: OptOuts
    var pauses: [Pause]
    var walBytes: Int64

    init(status: JournalStatus, window: RequestWindow, budget: RequestBudget, now: Int64) {
        lanes = status.depths.map {
            LaneState(
                lane: Lane(rawValue: $0.lane)?.name ?? String($0.lane),
                state: $0.state,
                count: $0.count,
                oldestSeconds: $0.oldestSeconds
            )
        }
        callbacksUndecoded = status.undecodedCallbacks
        let pause = status.pauses.filter { $0.subject == "getresponse" && $0.until > now }.map(\.until).max()
        self.budget = Budget(cap: budget.cap, used: window.count, left: budget.left(window), pausedUntil: pause)
        drainEta = Self.drainETA(
            profiles: status.profilesAwaited,
            window: window,
            budget: budget,
            now: max(now, pause ?? 0)
        )
        optOuts = OptOuts(pending: status.optOutsPending, overdue: status.optOutsOverdue)
        pauses = status.pauses.map { Pause(subject: $0.subject, reason: $0.reason, until: $0.until) }
        walBytes = status.walBytes
    }

    /// One request a profile: what fits goes now, the rest at the pace of the cap once the oldest requests leave the window.
    private static func drainETA(profiles: Int, window: RequestWindow, budget: RequestBudget, now: Int64) -> Int64? {
        guard profiles > 0 else { return nil }
        let over = profiles - budget.left(window)
        guard over > 0 else { return now }
        let untilFree = budget.length.wholeMilliseconds - (window.oldestAge ?? .zero).wholeMilliseconds
        let pace = budget.length.wholeMilliseconds / Int64(budget.cap)
        return now + max(0, untilFree) + Int64(over - 1) * pace
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    var text: String {
        var lines: [String] = []
        if lanes.isEmpty {
            lines.append("Queue      empty")
        } else {
            lines += lanes.map {
                "Queue      \($0.lane) \($0.state): \($0.count), oldest \(Self.seconds($0.oldestSeconds))"
            }
        }
        if callbacksUndecoded > 0 { lines.append("Callbacks  \(callbacksUndecoded) to decode") }
        let pause = budget.pausedUntil.map { ", paused until \(Timestamp(milliseconds: $0).iso8601)" } ?? ""
        lines.append(
            "Budget     \(budget.used) of \(budget.cap) GetResponse requests used, \(budget.left) left\(pause)"
        )
        if let drainEta { lines.append("Profiles   complete by \(Timestamp(milliseconds: drainEta).iso8601)") }
        lines.append("Opt-outs   \(optOuts.pending) pending, \(optOuts.overdue) overdue")
        lines += pauses.map {
            "Paused     \($0.subject) until \(Timestamp(milliseconds: $0.until).iso8601): \($0.reason)"
        }
        lines.append("WAL        \(walBytes) bytes")
        return lines.joined(separator: "\n")
    }

    private static func seconds(_ seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds)) s" : seconds < 7200 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3600)) h"
    }

    /// Optional values are written as null: a key that comes and goes is hard on scripts.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lanes, forKey: .lanes)
        try container.encode(callbacksUndecoded, forKey: .callbacksUndecoded)
        try container.encode(budget, forKey: .budget)
        try container.encode(drainEta, forKey: .drainEta)
        try container.encode(optOuts, forKey: .optOuts)
        try container.encode(pauses, forKey: .pauses)
        try container.encode(walBytes, forKey: .walBytes)
    }

    private enum CodingKeys: String, CodingKey {
        case lanes
        case callbacksUndecoded
        case budget
        case drainEta
        case optOuts
        case pauses
        case walBytes
    }
}

extension StatusReport.Budget {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cap, forKey: .cap)
        try container.encode(used, forKey: .used)
        try container.encode(left, forKey: .left)
        try container.encode(pausedUntil, forKey: .pausedUntil)
    }

    private enum CodingKeys: String, CodingKey {
        case cap
        case used
        case left
        case pausedUntil
    }
}
