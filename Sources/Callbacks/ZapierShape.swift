import Model

/// Zapier's flat body: keys alike in any case and with spaces or underscores, all about one contact.
struct ZapierShape {
    private let values: [String: String]
    private let evidence: JSONValue

    /// Nil when `parameters` have no `event`, and so are of another shape.
    init?(parameters: Parameters) {
        self.init(
            values: parameters.values.map { ($0.key, $0.value) },
            evidence: .object(parameters.values.mapValues(JSONValue.string))
        )
    }

    /// Nil when `json` has no `event` that is text, and so is of another shape.
    init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        self.init(values: members.compactMap { key, value in value.scalar.map { (key, $0) } }, evidence: json)
    }

    private init?(values: [(key: String, value: String)], evidence: JSONValue) {
        // Sorted, so that the same one of two keys that read alike wins every time.
        let sorted = values.sorted { $0.key < $1.key }.map { (Self.normalized($0.key), $0.value) }
        self.values = Dictionary(sorted) { first, _ in first }
        self.evidence = evidence
        guard self.values["event"] != nil else { return nil }
    }

    var draft: EventDraft {
        EventDraft(
            name: values["event"].map(Self.actionName),
            payload: EventPayload(
                contact: ContactDetails(
                    contactID: values["contactid"],
                    email: values["contactemail"],
                    name: values["contactname"],
                    listID: values["contactlistid"],
                    listName: values["contactlistname"],
                    createdOn: values["createdon"].flatMap { Timestamp(text: $0) }
                )
            ),
            evidence: evidence
        )
    }

    /// `Contact Unsubscribed`, `contact-unsubscribed` and `contact_unsubscribed` are one.
    private static func actionName(_ event: String) -> String {
        switch normalized(event) {
        case "newcontact": Action.subscribe.rawValue
        case "contactunsubscribed": Action.unsubscribe.rawValue
        default: String(event.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
        }
    }

    private static func normalized(_ key: String) -> String {
        key.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
    }
}
