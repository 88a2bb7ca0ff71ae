import Configuration
import Journal

extension Settings {
    /// The settings under `journal.retention`; zero keeps for ever.
    struct Retention: Hashable, Sendable {
        var callbacks: Duration
        var optOutCallbacks: Duration
        var events: Duration
        var effects: Duration
        var requests: Duration
        var profiles: Duration

        init(_ reader: ConfigReader) throws {
            callbacks = try reader.duration(forKey: "callbacks")
            optOutCallbacks = try reader.duration(forKey: "optOutCallbacks")
            events = try reader.duration(forKey: "events")
            effects = try reader.duration(forKey: "effects")
            requests = try reader.duration(forKey: "requests")
            profiles = try reader.duration(forKey: "profiles")
        }

        /// The ages that a prune goes by.
        var ages: JournalRetention {
            func age(_ duration: Duration) -> Duration? { duration > .zero ? duration : nil }
            return JournalRetention(
                callbacks: age(callbacks),
                optOutCallbacks: age(optOutCallbacks),
                events: age(events),
                effects: age(effects),
                requests: age(requests),
                profiles: age(profiles)
            )
        }
    }
}
