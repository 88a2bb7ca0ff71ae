package import Model

/// What leaving a list means for a person who may be on others (`optOut.scope`).
package enum OptOutScope: String, CaseIterable, Sendable {
    /// Leaving one list opts the person out.
    case anyList
    /// Only leaving the last list that we know of does.
    case allLists
}

/// What a subscribe does for somebody who opted out before (`sync.resubscribe`).
package enum ResubscribePolicy: String, CaseIterable, Sendable {
    /// The opt-out stays.
    case keep
    /// A person who came back by their own hand is opted in again, where it is certain that the opt-out was ours.
    case clear
}

/// Decides from a person's changes of consent whether they may be mailed.
///
/// It errs towards the opt-out: what was known at any moment may show that no list was left then. What arrives late can so add an
/// opt-out but never take one away.
package struct ConsentRule: Sendable {
    package var scope: OptOutScope
    package var resubscribe: ResubscribePolicy
    /// The origins of a subscribe that is the person's own doing; compared without regard to case.
    package var origins: Set<String>

    package init(_ policy: SyncPolicy) {
        scope = policy.optOutScope
        resubscribe = policy.resubscribe
        origins = Set(policy.resubscribeOrigins.map { $0.lowercased() })
    }

    /// What follows from a person's changes.
    package struct Standing: Hashable, Sendable {
        /// Whether every record of the person must say so.
        package var isOptedOut: Bool
        /// When the person opted out of everything that counts, whatever came after; empty where that never happened.
        package var optOutTimes: Set<Timestamp> = []
        /// Whether a complaint or a blacklisting is known, after which nothing opts the person in again.
        package var isForGood = false

        package init(isOptedOut: Bool = false) {
            self.isOptedOut = isOptedOut
        }
    }

    /// What follows from these changes, in the order in which they arrived.
    package func standing(_ changes: [ConsentRecord]) -> Standing {
        let optOuts = changes.filter(\.isOptOut)
        let leaving: [ConsentRecord] =
            switch scope {
            case .anyList: optOuts
            case .allLists: changes.indices.flatMap { Self.leavingAll(changes[...$0].sorted(by: Self.happensBefore)) }
            }
        var standing = Standing()
        standing.optOutTimes = Set(leaving.map(\.occurredAt))
        standing.isForGood = optOuts.contains(where: Self.isForGood)
        if let last = standing.optOutTimes.max() {
            standing.isOptedOut = standing.isForGood || !changes.contains { isReturn($0, after: last) }
        }
        return standing
    }

    /// Whether the change brings somebody back who opted out at that time: told with its time, by the person's own doing, and
    /// neither history nor a poll.
    package func isReturn(_ change: ConsentRecord, after optedOutAt: Timestamp) -> Bool {
        resubscribe == .clear && !change.isOptOut && change.isTimeTold && change.occurredAt > optedOutAt
            && [.getresponse, .zapier].contains(change.source)
            && change.origin.map { origins.contains($0.lowercased()) } ?? false
    }

    /// Complaints and blacklistings count for every list, in either scope.
    static func isForGood(_ change: ConsentRecord) -> Bool {
        ["complaint", "blacklisted"].contains(change.reason?.lowercased())
    }

    /// The opt-outs after which the person was on no list that we know of.
    private static func leavingAll(_ changes: [ConsentRecord]) -> [ConsentRecord] {
        var lists: Set<String> = []
        var leaving: [ConsentRecord] = []
        for change in changes {
            if !change.isOptOut {
                if let list = change.listID { lists.insert(list) }
                continue
            }
            if let list = change.listID, !isForGood(change) { lists.remove(list) } else { lists = [] }
            if lists.isEmpty { leaving.append(change) }
        }
        return leaving
    }

    /// By time, of two at the same time the opt-out last.
    private static func happensBefore(_ one: ConsentRecord, _ other: ConsentRecord) -> Bool {
        (one.occurredAt, one.isOptOut ? 1 : 0) < (other.occurredAt, other.isOptOut ? 1 : 0)
    }
}
