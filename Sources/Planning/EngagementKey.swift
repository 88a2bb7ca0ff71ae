package import Model

/// Recognises one open or click in several tellings.
package enum EngagementKey {
    /// The same for every telling of "this person opened this message" or "clicked this link in it", whichever source told.
    ///
    /// Ids identify before names and addresses do, and sources differ in which they carry: a source with the id and one
    /// without give different keys. Times are no part of it: whether two tellings are one is a matter of the window in which
    /// they arrive, which the caller keeps.
    ///
    /// - Returns: Forty hexadecimal digits; nil when `action` is neither an open nor a click.
    package static func key(action: Action, person: Person?, payload: EventPayload) -> String? {
        switch action {
        case .open: openKey(person: person, message: payload.message)
        case .click: clickKey(person: person, message: payload.message, link: payload.link)
        default: nil
        }
    }

    /// The key of a click: the person, the message (its id, else its name) and the link (its id, else its address).
    package static func clickKey(person: Person?, message: EventPayload.Message?, link: EventPayload.Link?) -> String {
        key(action: .click, person: person, message: message, link: link?.id ?? link?.url ?? link?.name)
    }

    /// The key of an open: the person and the message (its id, else its name).
    package static func openKey(person: Person?, message: EventPayload.Message?) -> String {
        key(action: .open, person: person, message: message, link: nil)
    }

    private static func key(action: Action, person: Person?, message: EventPayload.Message?, link: String?) -> String {
        let name = message?.id ?? message?.name ?? message?.subject
        return StableHash.hexadecimal(of: [action.rawValue, person?.rawValue, name, link], digits: 40)
    }
}
