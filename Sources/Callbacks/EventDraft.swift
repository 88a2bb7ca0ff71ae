import Model

/// What one shape's reader made of one element, before its action is judged and its keys are computed.
struct EventDraft {
    /// The provider's word for what happened.
    var name: String?
    var payload: EventPayload
    /// The element itself; part of the content key where the payload does not hold all that the element says.
    var evidence: JSONValue
    var failure: String?
    /// Whether LeadRelay itself wrote the row, and so may tell what nobody else may.
    var isFromUs = false

    init(name: String?, payload: EventPayload, evidence: JSONValue) {
        self.name = name
        self.payload = payload
        self.evidence = evidence
    }

    /// Nothing that could be read.
    static func failed(_ reason: String, evidence: JSONValue) -> EventDraft {
        var draft = EventDraft(name: nil, payload: EventPayload(contact: ContactDetails()), evidence: evidence)
        draft.failure = reason
        return draft
    }

    func event(at position: Int, webhookID: String?) -> DecodedEvent {
        switch verdict {
        case .failure(let failure):
            var key = ContentKey(action: .unknown, payload: payload)
            key.add(evidence)
            return DecodedEvent(
                position: position,
                action: .unknown,
                payload: payload,
                identity: identity(of: .unknown, at: position, webhookID: webhookID),
                contentKey: key.hexadecimal,
                failure: failure
            )
        case .action(let action, let reason):
            var payload = payload
            payload.reason = reason ?? payload.reason
            var key = ContentKey(action: action, payload: payload)
            if !action.isDecodedFully { key.add(evidence) }
            return DecodedEvent(
                position: position,
                action: action,
                payload: payload,
                identity: identity(of: action, at: position, webhookID: webhookID),
                contentKey: key.hexadecimal
            )
        }
    }

    private enum Verdict {
        case action(Action, reason: String?)
        case failure(String)
    }

    private var verdict: Verdict {
        if let failure { return .failure(failure) }
        guard let name else { return .failure("It names no action.") }
        guard name.utf8.count <= 100 else { return .failure("The name of its action is longer than 100 bytes.") }
        let (action, reason) = Action.named(name)
        guard !action.isOurs || (isFromUs && action == .drift) else {
            return .failure("The action “\(name)” is LeadRelay's own; no callback may name it.")
        }
        let isSomebody = payload.contact.contactID != nil || payload.contact.email.flatMap(Person.init(email:)) != nil
        guard isSomebody || !action.isDecodedFully else {
            return .failure("It has neither a contact id nor an e-mail address.")
        }
        return .action(action, reason: reason)
    }

    private func identity(of action: Action, at position: Int, webhookID: String?) -> DecodedEvent.Identity {
        if let webhookID { return .delivery(id: webhookID, position: position) }
        return action == .unsubscribe || action == .removed ? .unique : .content
    }
}
