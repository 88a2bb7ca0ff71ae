/// How often the org is searched for records that lost their opt-out.
package struct SweepPolicy: Hashable, Sendable {
    /// How often what changed since the last sweep is looked at; zero never does.
    package var interval: Duration
    /// How often every record is looked at.
    package var fullInterval: Duration

    package init(interval: Duration = .zero, fullInterval: Duration = .seconds(30 * 86_400)) {
        self.interval = interval
        self.fullInterval = fullInterval
    }
}
