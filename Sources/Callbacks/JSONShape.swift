import Model

/// The two JSON shapes with a nested contact: the guide's (`action`) and GetResponse's webhook (`type`, `event`).
///
/// They share everything but the word for what happened, and each carries what the other lacks, so one reader takes both.
struct JSONShape {
    let source: Source
    /// `X-Webhook-Type`, which stands in for a missing `type`.
    let webhookType: String?

    /// One draft for each contact that `json` tells of, in the order of the text; at least one.
    func drafts(of json: JSONValue) -> [EventDraft] {
        guard case .array(let elements) = json else { return drafts(ofElement: json) }
        guard !elements.isEmpty else { return [.failed("The array is empty.", evidence: json)] }
        return elements.flatMap(drafts(ofElement:))
    }

    private func drafts(ofElement element: JSONValue) -> [EventDraft] {
        guard element.isObject else { return [.failed("It is not a JSON object.", evidence: element)] }
        if source == .zapier, let draft = ZapierShape(json: element)?.draft { return [draft] }
        let name = element.text("action", "type") ?? webhookType
        let contacts = contacts(of: element)
        return contacts.map { contact in
            // With several contacts only their own words count: what stands around them would be read, and hashed, once for
            // each, which a hostile body could make last.
            let isOnly = contacts.count == 1
            var draft = EventDraft(
                name: name,
                payload: payload(of: element, contact: contact, isOnly: isOnly),
                evidence: isOnly ? element : contact
            )
            draft.isFromUs = source == .reconcile
            return draft
        }
    }

    /// The contacts of an element: its `contact`, else each of its `contacts`, else one that says nothing.
    private func contacts(of element: JSONValue) -> [JSONValue] {
        if let contact = element["contact"], contact.isObject { return [contact] }
        if let contacts = element["contacts"] {
            let several =
                contacts["contactId"] != nil || contacts["email"] != nil ? [contacts] : contacts.elements ?? []
            if !several.isEmpty { return several }
        }
        return [.object([:])]
    }

    private func payload(of element: JSONValue, contact: JSONValue, isOnly: Bool) -> EventPayload {
        EventPayload(
            contact: ContactDetails(contact: contact, list: element["campaign"], in: isOnly ? element : .null),
            message: element["message"].flatMap(EventPayload.Message.init(json:)),
            link: (element["clickTrack"] ?? element["link"]).flatMap(EventPayload.Link.init(json:)),
            tag: element["tag"].flatMap { $0.text ?? $0.text("name", "tagId") } ?? element.text("tagName"),
            previousEmail: previousEmail(of: element, contact: contact),
            reason: element.text("reason") ?? contact.text("reason"),
            recordID: source == .reconcile ? element["record"]?.text("id") : nil,
            providerTime: (element["event"]?.text("occurredAt") ?? element.text("occurredAt"))
                .flatMap { Timestamp(text: $0) }
        )
    }

    /// GetResponse does not document where `contact_email_changed` puts the old address, so every likely place is read.
    private func previousEmail(of element: JSONValue, contact: JSONValue) -> String? {
        let names = ["previousEmail", "oldEmail", "previous_email", "old_email"]
        let places = [contact, element, element["event"] ?? .null]
        let direct = places.lazy.flatMap { place in names.lazy.compactMap { place[$0]?.text } }.first
        return direct ?? places.lazy.compactMap { ($0["previous"] ?? $0["old"])?.text("email") }.first
    }
}

extension EventPayload.Message {
    fileprivate init?(json: JSONValue) {
        self.init(
            id: json.text("resourceId", "messageId", "id"),
            name: json.text("name"),
            subject: json.text("subject")
        )
        if self == EventPayload.Message() { return nil }
    }
}

extension EventPayload.Link {
    fileprivate init?(json: JSONValue) {
        if let url = json.text {
            self.init(url: url)
            return
        }
        self.init(id: json.text("clickTrackId", "linkId", "id"), name: json.text("name"), url: json.text("url"))
        if self == EventPayload.Link() { return nil }
    }
}
