import Journal
import Model

extension StatusReport {
    /// The report for people.
    var text: String { lines.joined(separator: "\n") }

    /// The report in one line, for a `watch` whose output is kept.
    func line(at now: Int64) -> String {
        let open = lanes.filter { $0.state != "dead" }.map(\.count).reduce(0, +) + callbacksUndecoded
        let dead = lanes.filter { $0.state == "dead" }.map(\.count).reduce(0, +)
        let needed = requestsNeeded.map(\.requests).reduce(0, +)
        let end = drainEta.map { " by \(Self.text($0))" } ?? ""
        let pause = budget.pausedUntil.map { ", paused until \(Self.text($0))" } ?? ""
        return "\(Self.text(now)) open \(open), dead \(dead), budget \(budget.used)/\(budget.cap)\(pause), "
            + "requests needed \(needed)\(end), opt-outs pending \(optOuts.pending), overdue \(optOuts.overdue)"
    }

    private var lines: [String] {
        var lines: [String] = []
        if lanes.isEmpty {
            lines.append("Queue      empty")
        } else {
            lines += lanes.map {
                "Queue      \($0.lane) \($0.state): \($0.count), oldest \(Self.seconds($0.oldestSeconds))"
            }
        }
        if callbacksUndecoded > 0 {
            let oldest = Self.seconds(callbacksUndecodedOldestSeconds)
            let warning = callbacksOverdue ? ": overdue, one of them may be an opt-out; is the worker running?" : ""
            lines.append("Callbacks  \(callbacksUndecoded) to decode, the oldest \(oldest)\(warning)")
        }
        let pause = budget.pausedUntil.map { ", paused until \(Self.text($0))" } ?? ""
        lines.append(
            "Budget     \(budget.used) of \(budget.cap) GetResponse requests used, \(budget.left) left\(pause)"
        )
        lines += requestsNeeded.map { need in
            let end = need.drainEta.map { "the last by \(Self.text($0))" } ?? "which the settings never let go"
            return "Requests   \(need.lane): \(need.requests) needed, \(end)"
        }
        if let drainEta { lines.append("Profiles   complete by \(Self.text(drainEta))") }
        let ways = profiles.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if !ways.isEmpty { lines.append("Details    \(ways.joined(separator: ", "))") }
        lines.append("Opt-outs   \(optOuts.pending) pending, \(optOuts.overdue) overdue")
        if sweep.drifted > 0 {
            lines.append(
                "Drifts     \(sweep.drifted.counted("record")) in 30 days could be mailed after their person's opt-out"
            )
        }
        if !sweep.leftOut.isEmpty {
            let stages = sweep.leftOut.joined(separator: ", ")
            lines.append("Sweep      could not look at all \(stages): a field or object is hidden; see `doctor`")
        }
        if let calls = salesforceApi {
            lines.append(
                "Salesforce \(calls.used) of \(calls.limit) API calls used in 24 hours (\(Self.text(calls.readAt)))"
            )
        }
        lines += pauses.map { "Paused     \($0.subject) until \(Self.text($0.until)): \($0.reason)" }
        lines.append("WAL        \(walBytes) bytes")
        if let walAlarm {
            lines.append(
                "Alarm      a reader keeps the WAL from being emptied since \(Self.text(walAlarm.since)); see `doctor`"
            )
        }
        return lines
    }

    private static func text(_ milliseconds: Int64) -> String {
        Timestamp(milliseconds: milliseconds).iso8601
    }

    private static func seconds(_ seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds)) s" : seconds < 7200 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3600)) h"
    }
}
