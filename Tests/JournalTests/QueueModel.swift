import Journal
import Model

/// Rule 2 and the states of an event, as naively as they can be said: what the journal is compared with.
struct QueueModel {
    struct Entry {
        var id: Int64
        var person: String?
        var keys: Set<String>
        var occurredAt: Int64
        var lane: Int
        var isOptOut: Bool
        var state = "available"
        var availableAt: Int64
        var attempt = 0
        var claim: Int64 = 0
    }

    var entries: [Int64: Entry] = [:]

    /// What a claim must return, in order; they are running afterwards.
    mutating func claim(limit: Int, lanes: ClosedRange<Lane>, now: Int64) -> [Int64] {
        for (id, entry) in entries where ["retryable", "snoozed"].contains(entry.state) && entry.availableAt <= now {
            entries[id]?.state = "available"
        }
        // Lanes rank people: what is first of a person waits in the most urgent lane of all that the person has waiting.
        let ranks = entries.mapValues(rank)
        let ready = entries.values
            .filter {
                $0.state == "available"
                    && (lanes.lowerBound.rawValue...lanes.upperBound.rawValue).contains(ranks[$0.id] ?? $0.lane)
            }
            .sorted {
                (ranks[$0.id] ?? 0, $0.availableAt, $0.id) < (ranks[$1.id] ?? 0, $1.availableAt, $1.id)
            }
        var claimed: [Int64] = []
        for entry in ready where claimed.count < limit && isClaimable(entry) {
            entries[entry.id]?.state = "running"
            entries[entry.id]?.attempt += 1
            entries[entry.id]?.claim += 1
            claimed.append(entry.id)
        }
        return claimed
    }

    mutating func conclude(_ id: Int64, with conclusion: EventConclusion, now: Int64) {
        switch conclusion {
        case .completed: entries[id]?.state = "completed"
        case .dead: entries[id]?.state = "dead"
        case .retry(let time, _, _):
            entries[id]?.state = "retryable"
            entries[id]?.availableAt = time.milliseconds
        case .snoozed(let time, _, _):
            entries[id]?.state = "snoozed"
            entries[id]?.availableAt = time.milliseconds
            entries[id]?.attempt -= 1
        case .held(_, let time, _, _):
            entries[id]?.state = "held"
            entries[id]?.availableAt = time.milliseconds
            entries[id]?.attempt -= 1
        case .interrupted:
            entries[id]?.state = "available"
            entries[id]?.availableAt = now
            entries[id]?.attempt -= 1
        }
    }

    mutating func replay(_ id: Int64, now: Int64) {
        entries[id]?.state = "available"
        entries[id]?.availableAt = now
        entries[id]?.attempt = 0
    }

    private func rank(_ entry: Entry) -> Int {
        guard entry.lane > 0, let person = entry.person else { return entry.lane }
        let waiting = entries.values.filter {
            $0.person == person && !$0.isOptOut && ["available", "retryable"].contains($0.state)
        }
        return max(1, waiting.map(\.lane).min() ?? entry.lane)
    }

    private func isClaimable(_ entry: Entry) -> Bool {
        let related = entries.values.filter { $0.id != entry.id && !$0.keys.isDisjoint(with: entry.keys) }
        if related.contains(where: { $0.state == "running" }) { return false }
        if entry.isOptOut { return true }
        return !related.contains {
            ["available", "retryable"].contains($0.state) && ($0.occurredAt, $0.id) < (entry.occurredAt, entry.id)
        }
    }
}
