package import Model

/// How urgent an event is, and whether it takes consent away.
package enum Classification {
    /// The lane in which an event waits.
    ///
    /// History goes last, but a removal found in it is as urgent as any.
    package static func lane(of event: DecodedEvent, source: Source) -> Lane {
        lane(of: event.action, source: source)
    }

    /// The lane in which an event with this action waits.
    package static func lane(of action: Action, source: Source) -> Lane {
        switch action {
        case .unsubscribe, .removed, .drift: .compliance
        case _ where source == .backfill: .bulk
        case .tagApplied: .signal
        case .open, .click: .activity
        default: .lead
        }
    }

    /// Whether an event means that the person wants no more e-mail.
    ///
    /// Using the unsubscribe link always does, whatever the policy's reasons; a removal does for the reasons listed there. A drift
    /// counts as one where it is to be repaired.
    package static func isOptOut(_ action: Action, reason: String?, policy: SyncPolicy) -> Bool {
        switch action {
        case .unsubscribe: true
        case .drift: policy.drift == .repair
        case .removed:
            reason.map { reason in
                policy.optOutReasons.contains { $0.lowercased() == reason.lowercased() }
            } ?? false
        default: false
        }
    }

    /// Whether an opt-out for this reason is from every list, whichever one it was told of: the person complained of us, or is
    /// on a blacklist.
    package static func isGlobal(_ action: Action, reason: String?) -> Bool {
        action == .removed && ["complaint", "blacklisted"].contains(reason?.lowercased())
    }
}
