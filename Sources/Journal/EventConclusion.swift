package import Model

/// How a try ended; it decides the event's next state.
package enum EventConclusion: Hashable, Sendable {
    /// Done; `outcome` says how (`applied`, `ignored`, `noTarget`, `unknownPerson`, `otherLists`, `profileGone`), and the note why where
    /// that needs a word.
    case completed(outcome: String, note: String? = nil)
    /// Failed, to be tried again at that time; the try is charged.
    case retry(at: Timestamp, ErrorClass, String)
    /// Has to wait for something that is not its fault; the try is given back.
    case snoozed(until: Timestamp, ErrorClass?, String)
    /// Has to wait for the end of that pause, however long it lasts; the try is given back.
    ///
    /// The time is when the pause is tried next, for people who ask what the event waits for.
    case held(by: PauseSubject, until: Timestamp, ErrorClass, String)
    /// A person must see to it; the try is charged.
    case dead(ErrorClass, String)
    /// The worker is stopping; the event may run again at once and the try is given back.
    case interrupted
}

/// A follow-up that is inserted in the transaction that completes its cause.
package struct EnrichFollowUp: Hashable, Sendable {
    package var contactID: String
    package init(contactID: String) {
        self.contactID = contactID
    }
}
