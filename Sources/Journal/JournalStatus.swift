/// The queue at a glance, as `status`, `watch` and the metrics show it.
package struct JournalStatus: Hashable, Sendable {
    /// How many events of one lane are in one state.
    package struct Depth: Hashable, Sendable {
        /// The value of `event.lane`.
        package var lane: Int
        package var state: String
        package var count: Int
        /// The age of the oldest of them, in seconds since it was received.
        package var oldestSeconds: Double
    }

    /// Something that is paused, and until when.
    package struct Pause: Hashable, Sendable {
        /// What is paused: `getresponse`, `salesforce`, `salesforce.OBJECT.FIELD`, or `salesforce-usage.LEVEL`.
        package var subject: String
        package var reason: String
        /// Milliseconds since 1970 UTC at which it is tried again.
        package var until: Int64
    }

    /// Events that are not finished, and dead letters, by lane and state.
    package var depths: [Depth] = []
    /// Callbacks that are not decoded yet.
    package var undecodedCallbacks: Int = 0
    /// The age of the oldest of them, in seconds since it was received; 0 where there is none.
    package var oldestUndecodedSeconds: Double = 0
    /// Whether that is longer than an opt-out may take: one of them may be an opt-out.
    package var isDecodingOverdue = false
    /// Events whose contact's details are still to be asked of GetResponse, one request each.
    package var profilesAwaited: Int = 0
    package var optOutsPending: Int = 0
    package var optOutsOverdue: Int = 0
    /// Records of people who opted out that sweeps of the last 30 days found mailable.
    package var drifts: Int = 0
    /// What the last sweep could not look at; empty where it saw everything.
    package var sweepLeftOut: [String] = []
    package var pauses: [Pause] = []
    /// What the org has used of its API calls; nil before Salesforce's first answer.
    package var apiUsage: APIUsage?
    /// The size of the write-ahead log in bytes.
    package var walBytes: Int64 = 0
    /// Set while the write-ahead log is long and a reader keeps checkpoints from emptying it.
    package var walAlarm: WALAlarm?

    package init() {}
}
