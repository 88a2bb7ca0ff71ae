import Model

extension Action {
    /// The action behind a provider's word for it: a callback's `action` or a webhook's `type`.
    ///
    /// A webhook tells removals as `contact_removed_REASON`. Only `link` and `bounce` are documented; any other reason is
    /// read the same way, so that a removal by complaint would not pass as something unknown. Words that mean nothing here
    /// are kept as they are.
    ///
    /// - Returns: The action, and the reason of a removal where the word holds it.
    static func named(_ word: String) -> (action: Action, reason: String?) {
        let lowercased = word.lowercased()
        if let action = actionsByWord[lowercased] {
            return (action, action == .unsubscribe ? "unsubscribe" : nil)
        }
        let removal = "contact_removed_"
        if lowercased.hasPrefix(removal), lowercased.utf8.count > removal.utf8.count {
            return (.removed, String(lowercased.dropFirst(removal.count)))
        }
        return (Action(rawValue: word), nil)
    }

    /// Whether the payload holds all that such an event says, about a contact that it must name.
    var isDecodedFully: Bool { Self.decoded.contains(self) }

    /// Whether only LeadRelay itself makes such events.
    var isOurs: Bool {
        let lowercased = rawValue.lowercased()
        return [Action.enrich, .drift, .unknown].contains { $0.rawValue == lowercased }
    }

    private static let decoded: Set<Action> = [
        .subscribe, .unsubscribe, .removed, .open, .click, .tagApplied, .emailChanged, .customFieldChanged, .drift,
    ]

    private static let actionsByWord: [String: Action] = {
        var actions = Dictionary(uniqueKeysWithValues: decoded.map { ($0.rawValue, $0) })
        actions["contact_added"] = .subscribe
        actions["contact_removed_link"] = .unsubscribe
        actions["contact_opened_message"] = .open
        actions["contact_clicked_message_link"] = .click
        return actions
    }()
}
