/// What happened to a contact: the value of `event.action`.
///
/// The set is open: GetResponse knows actions that mean nothing to Salesforce (`survey`, `goal`), and may add more. Those
/// keep their name and are completed as ignored.
package struct Action: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    /// Joined a list (`subscribe`; webhook `contact_added`).
    package static let subscribe = Action(rawValue: "subscribe")
    /// Left a list by the unsubscribe link (`unsubscribe`; webhook `contact_removed_link`).
    package static let unsubscribe = Action(rawValue: "unsubscribe")
    /// Was removed in another way; the payload's `reason` says which (webhook `contact_removed_bounce`).
    package static let removed = Action(rawValue: "removed")
    /// Opened a message.
    package static let open = Action(rawValue: "open")
    /// Clicked a link in a message.
    package static let click = Action(rawValue: "click")
    /// A tag was put on the contact (the guide's callback).
    package static let tagApplied = Action(rawValue: "tag_applied")
    /// The contact's address changed.
    package static let emailChanged = Action(rawValue: "contact_email_changed")
    /// One of the contact's custom fields changed.
    package static let customFieldChanged = Action(rawValue: "contact_custom_field_changed")
    /// Our own follow-up to a subscribe, which fetches what the callback lacked and never writes consent.
    package static let enrich = Action(rawValue: "enrich")
    /// Our own finding that a record of somebody who opted out may be mailed (again); it says nothing new of consent.
    package static let drift = Action(rawValue: "opt_out_drift")
    /// Could not be decoded; the event is a dead letter from the start.
    package static let unknown = Action(rawValue: "unknown")
}
