package import Model

/// From when on a removal that is found afterwards opts the person out.
package enum ReconcileStart: Hashable, Sendable {
    /// Later than the journal was made: what happened before is history.
    case journal
    /// Whatever its time.
    case all
    /// Later than this.
    case time(Timestamp)
}

/// How removals that no callback told are searched for.
package struct ReconcilePolicy: Hashable, Sendable {
    /// How often; zero never does.
    package var interval: Duration
    package var since: ReconcileStart

    package init(interval: Duration = .zero, since: ReconcileStart = .journal) {
        self.interval = interval
        self.since = since
    }
}
