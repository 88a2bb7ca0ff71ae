import Model

/// What a dead letter's callback says by the decoding of now.
package struct Redecoding: Sendable {
    /// The delivery, with all its elements as they are decoded now.
    package var decoded: DecodedCallback
    /// The place of the event's element in it.
    package var position: Int

    package init(decoded: DecodedCallback, position: Int) {
        self.decoded = decoded
        self.position = position
    }

    /// What the event says now; nil where the delivery has no such place any more.
    package var element: DecodedElement? {
        decoded.elements.first { $0.event.position == position }
    }

    /// Why the event can't be replayed from it; nil when it can.
    ///
    /// - Returns: A sentence.
    package func reasonAgainstReplay(of letter: DeadLetter) -> String? {
        guard let element else {
            return "Its callback \(decoded.callback.id) has no element \(position) by the decoding of now."
        }
        if element.event.action == .unknown {
            return "It still can't be decoded: \(element.event.failure ?? "its action is not known.")"
        }
        if letter.isOptOut, !element.isOptOut {
            return """
                It was an opt-out and would be none by the decoding of now; an opt-out is never taken back by a machine: \
                replay it as it is, or accept it with a reason.
                """
        }
        return nil
    }
}

/// Where a dead letter's raw callback is.
package struct RawOrigin: Hashable, Sendable {
    package var eventID: Int64
    package var callbackID: Int64
    package var position: Int
}

/// A dead letter that is to have another life.
package struct ReplayOrder: Sendable {
    package var letter: DeadLetter
    /// What replaces the event's contents; nil replays it as it is.
    package var redecoding: Redecoding?

    package init(letter: DeadLetter, redecoding: Redecoding? = nil) {
        self.letter = letter
        self.redecoding = redecoding
    }
}

/// What became of a decision about one event.
package enum DecisionOutcome: Hashable, Sendable {
    /// It is done; so many further events were found in the callback that was decoded again.
    case done(addedEvents: Int)
    /// By the decoding of now it tells what another event has told, and so it is completed as `duplicate`.
    case duplicate(of: Int64, addedEvents: Int = 0)
    /// It can't be done, for this reason: a sentence.
    case refused(String)
    /// Somebody else was quicker: the event is not as it was read, and was left alone.
    case changed
}

extension DecisionOutcome {
    /// Whether what was decided is done.
    package var isDone: Bool {
        switch self {
        case .done, .duplicate: true
        case .refused, .changed: false
        }
    }

    /// The same with so many further events; one that was not done has none.
    func adding(_ addedEvents: Int) -> DecisionOutcome {
        switch self {
        case .done: .done(addedEvents: addedEvents)
        case .duplicate(let first, _): .duplicate(of: first, addedEvents: addedEvents)
        case .refused, .changed: self
        }
    }
}
