/// How long details are kept after they are of no more use; nil keeps them for ever.
///
/// Whatever it says, the rows of callbacks, events, attempts and changes of consent stay, and so does everything about an
/// opt-out but, where `optOutCallbacks` is set, the raw contents of its callback.
package struct JournalRetention: Hashable, Sendable {
    /// The contents of callbacks whose events are all finished, counted from their receipt.
    package var callbacks: Duration?
    /// The same of callbacks that told of an opt-out.
    package var optOutCallbacks: Duration?
    /// The payload of finished events that are no opt-outs, counted from their end.
    package var events: Duration?
    /// What was written to Salesforce for such events, and what stood there before.
    package var effects: Duration?
    /// Rows of the GetResponse request ledger.
    package var requests: Duration?
    /// Contact details as fetched from GetResponse.
    package var profiles: Duration?

    package init(
        callbacks: Duration? = .days(90),
        optOutCallbacks: Duration? = nil,
        events: Duration? = .days(365),
        effects: Duration? = .days(365),
        requests: Duration? = .days(30),
        profiles: Duration? = .days(180)
    ) {
        self.callbacks = callbacks
        self.optOutCallbacks = optOutCallbacks
        self.events = events
        self.effects = effects
        self.requests = requests
        self.profiles = profiles
    }

    /// The same with another age; what is kept for ever stays so.
    package func replacingAges(with age: Duration) -> JournalRetention {
        JournalRetention(
            callbacks: callbacks.map { _ in age },
            optOutCallbacks: optOutCallbacks,
            events: events.map { _ in age },
            effects: effects.map { _ in age },
            requests: requests.map { _ in age },
            profiles: profiles.map { _ in age }
        )
    }
}

extension Duration {
    static func days(_ number: Int) -> Duration { .seconds(number * 86_400) }
}
