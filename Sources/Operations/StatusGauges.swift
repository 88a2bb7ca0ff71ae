package import Journal
import Model
package import Prometheus

/// Turns the journal's status into gauges.
///
/// Every lane appears with every state of an unfinished event, at 0 where there are none: a series that comes and goes can't
/// be alarmed on.
package enum StatusGauges {
    /// The states of `event.state` that ask for attention or work.
    static let states = ["available", "running", "retryable", "snoozed", "dead"]

    /// Maps one status.
    ///
    /// - Parameters:
    ///   - status: The journal's, read for this scrape.
    ///   - budget: GetResponse's window; nil in a process that doesn't know it, which leaves those gauges out.
    /// - Returns: The gauges in the order of `MetricCatalog.journal`.
    package static func samples(of status: JournalStatus, budget: BudgetFigures?) -> [GaugeSample] {
        var events: [Key: Double] = [:]
        var oldest: [Key: Double] = [:]
        for lane in Lane.allCases {
            for state in states {
                events[Key(lane: lane.name, state: state)] = 0
                oldest[Key(lane: lane.name, state: state)] = 0
            }
        }
        for depth in status.depths {
            let key = Key(lane: Lane(rawValue: depth.lane)?.name ?? "unknown", state: depth.state)
            events[key, default: 0] += Double(depth.count)
            oldest[key] = max(oldest[key] ?? 0, depth.oldestSeconds)
        }
        var samples = events.sorted { $0.key < $1.key }.map { MetricName.queueEvents.sample($0.value, $0.key.labels) }
        samples += oldest.sorted { $0.key < $1.key }.map { MetricName.queueOldest.sample($0.value, $0.key.labels) }
        samples += [
            MetricName.undecoded.sample(Double(status.undecodedCallbacks)),
            MetricName.undecodedOldest.sample(status.oldestUndecodedSeconds),
            MetricName.optOutsPending.sample(Double(status.optOutsPending)),
            MetricName.optOutsOverdue.sample(Double(status.optOutsOverdue)),
            MetricName.sweepLeftOut.sample(Double(status.sweepLeftOut.count)),
        ]
        if let budget {
            samples += [
                MetricName.budgetCap.sample(Double(budget.cap)), MetricName.budgetUsed.sample(Double(budget.used)),
                MetricName.budgetLeft.sample(Double(budget.left)),
                MetricName.budgetPaused.sample(budget.pausedSeconds),
            ]
            samples += Lane.allCases.map { lane in
                MetricName.requestsNeeded.sample(Double(budget.needed[lane] ?? 0), ["lane": lane.name])
            }
            samples.append(MetricName.drainSeconds.sample(budget.drainSeconds))
            samples += ProfileWay.allCases.map { way in
                MetricName.profiles.sample(Double(budget.ways[way] ?? 0), ["way": way.rawValue])
            }
        }
        samples.append(MetricName.pauses.sample(Double(status.pauses.count)))
        if let usage = status.apiUsage {
            samples += [
                MetricName.apiUsed.sample(Double(usage.used)), MetricName.apiLimit.sample(Double(usage.limit)),
            ]
        }
        samples += [
            MetricName.walBytes.sample(Double(status.walBytes)),
            MetricName.walAlarm.sample(status.walAlarm == nil ? 0 : 1),
        ]
        return samples
    }

    private struct Key: Hashable, Comparable {
        var lane: String
        var state: String

        var labels: [String: String] { ["lane": lane, "state": state] }

        static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.lane, lhs.state) < (rhs.lane, rhs.state)
        }
    }
}
