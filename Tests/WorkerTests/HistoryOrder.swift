/// Invariant 6, for one person's events: never two at a time, and each after what came before it.
struct HistoryOrder {
    let tries: [HistoryTry]

    var problems: [String] { overlaps + disorder }

    private var overlaps: [String] {
        let all = tries.flatMap { item in zip(item.attempts, item.intervals).map { ($0, $1) } }.sorted {
            $0.0.id < $1.0.id
        }
        var problems: [String] = []
        for (place, (attempt, interval)) in all.enumerated() {
            for (later, other) in all[(place + 1)...] where other.from < interval.to {
                guard let one = owner(of: attempt), let two = owner(of: later), one.isKnownToBe(two) else { continue }
                // What is carried out in the same writes ends in the same commit.
                if attempt.worker == later.worker, attempt.finishedAt == later.finishedAt { continue }
                problems.append(
                    "attempts \(attempt.id) (event \(attempt.event)) and \(later.id) (event \(later.event)) overlap"
                )
            }
        }
        return problems
    }

    private func owner(of attempt: HistoryRows.Attempt) -> Told? {
        tries.first { $0.event.id == attempt.event }?.happening.told
    }

    /// What was there, and not put off by a snooze, holds back everything of the person that is later but an opt-out.
    ///
    /// What arrives in one commit is there at the same time. Of a later arrival nobody promises that it comes first.
    private var disorder: [String] {
        var problems: [String] = []
        for earlier in tries where !earlier.wasSnoozed {
            for later in tries where !later.isOptOut && !later.isEnrichment && later.event.id != earlier.event.id {
                let isBefore =
                    (earlier.happening.occurredAt, earlier.event.id) < (later.happening.occurredAt, later.event.id)
                guard isBefore, earlier.happening.batch <= later.happening.batch,
                    earlier.happening.told.isKnownToBe(later.happening.told)
                else { continue }
                guard let first = later.attempts.first?.id, earlier.lastAttempt > first else { continue }
                problems.append("event \(later.event.id) was tried before event \(earlier.event.id), which is earlier")
            }
        }
        return problems
    }
}

extension Told {
    /// Whether the two say by themselves that they are about one person: by the address or by the contact id.
    fileprivate func isKnownToBe(_ other: Told) -> Bool {
        let addresses = Set([email, previousEmail].compactMap { $0?.lowercased() })
        return (contactID != nil && contactID == other.contactID)
            || !addresses.isDisjoint(with: [other.email, other.previousEmail].compactMap { $0?.lowercased() })
    }
}
