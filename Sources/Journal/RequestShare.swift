package import Model

/// Whose part of the request budget a request comes from: the value of `api_request.share`.
package enum RequestShare: String, CaseIterable, Sendable {
    /// Reconcile, drift checks and operators' commands.
    case upkeep
    case signal
    case lead
    case activity
    case bulk

    /// The share that pays for an event of this lane.
    package init(lane: Lane) {
        switch lane {
        // An opt-out needs no request; what follows from one is as urgent as a signal.
        case .compliance, .signal: self = .signal
        case .lead: self = .lead
        case .activity: self = .activity
        case .bulk: self = .bulk
        }
    }
}
