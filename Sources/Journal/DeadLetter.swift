package import Model

/// An event that a person decides about: a dead letter, or any other that was named by its id.
///
/// It is the fence of the decision too: what was claimed since, or has another state, is left alone.
package struct DeadLetter: Hashable, Sendable {
    package var eventID: Int64
    /// Grows at every claim of the event.
    package var claim: Int64
    /// The value of `event.state`; `dead` for a dead letter.
    package var state: String
    package var action: Action
    package var person: Person?
    /// The class of the last error, as in the view `dead_letter`.
    package var errorClass: String
    package var lastError: String?
    /// How many tries were charged.
    package var attempts: Int
    /// The generation of its effects' keys; a forced replay opens the next.
    package var redrive: Int
    package var isOptOut: Bool
    /// Whether a prune took the payload away.
    package var isPruned: Bool
    /// Whether the person was erased, and everything that it said with them.
    package var isErased = false
    /// When it ended; nil for an event that has not.
    package var diedAt: Timestamp?
    /// When it was received.
    package var receivedAt: Timestamp
}

extension DeadLetter {
    /// Why the event can't be replayed; nil when it can.
    ///
    /// A dead letter can, and so can an event that was discarded: giving up is not for ever.
    ///
    /// - Parameter isFromRaw: Whether its callback is decoded again first, which makes up for what the event lacks.
    /// - Returns: A sentence.
    package func reasonAgainstReplay(isFromRaw: Bool) -> String? {
        if isErased { return Self.erasedSentence }
        guard state == "dead" || state == "discarded" else {
            return state == "completed"
                ? "It is completed, and what it wrote may have been changed since; only a dead or discarded event is replayed, "
                    + "with --force too."
                : "It is \(state); only a dead or discarded event is replayed."
        }
        guard !isFromRaw else { return nil }
        if action == .unknown {
            return
                "It was never decoded, so there is nothing to run: mend the decoder and use --from-raw, or discard it."
        }
        if isPruned { return "Its details were pruned; --from-raw gets them back where the callback was kept." }
        return nil
    }

    /// Why the event can't be discarded; nil when it can.
    package var reasonAgainstDiscard: String? {
        state == "dead" ? nil : "It is \(state); only a dead letter is discarded."
    }

    /// Why it can't be accepted that the event was not carried out; nil when it can.
    package var reasonAgainstAcceptance: String? {
        if isErased { return Self.erasedSentence }
        guard isOptOut else { return "It is no opt-out, so nothing is overdue; discard it instead." }
        guard state == "dead" || state == "discarded" else {
            return "It is \(state); only a dead or discarded opt-out is accepted."
        }
        return nil
    }

    private static let erasedSentence = "The person was erased, and what the event said with them."
}
