/// What an event carries beyond its columns: the JSON in `event.payload`.
package struct EventPayload: Hashable, Codable, Sendable {
    /// The message that was opened or clicked.
    package struct Message: Hashable, Codable, Sendable {
        package var id: String?
        package var name: String?
        package var subject: String?

        package init(id: String? = nil, name: String? = nil, subject: String? = nil) {
            self.id = id
            self.name = name
            self.subject = subject
        }
    }

    /// The link that was clicked.
    package struct Link: Hashable, Codable, Sendable {
        package var id: String?
        package var name: String?
        package var url: String?

        package init(id: String? = nil, name: String? = nil, url: String? = nil) {
            self.id = id
            self.name = name
            self.url = url
        }
    }

    package var contact: ContactDetails
    package var message: Message?
    package var link: Link?
    /// The tag of a `tag_applied`, where the callback names it.
    package var tag: String?
    /// The address before a `contact_email_changed`.
    package var previousEmail: String?
    /// Why a contact was removed: one of GetResponse's reasons (`unsubscribe`, `bounce`, `complaint`, `blacklisted`, …).
    package var reason: String?
    /// The Lead or Contact that a sweep found mailable against its person's will; nil for everything else.
    package var recordID: String?
    /// When the provider says it happened; nil where the shape carries no event time (query-string callbacks).
    package var providerTime: Timestamp?

    package init(
        contact: ContactDetails,
        message: Message? = nil,
        link: Link? = nil,
        tag: String? = nil,
        previousEmail: String? = nil,
        reason: String? = nil,
        recordID: String? = nil,
        providerTime: Timestamp? = nil
    ) {
        self.contact = contact
        self.message = message
        self.link = link
        self.tag = tag
        self.previousEmail = previousEmail
        self.reason = reason
        self.recordID = recordID
        self.providerTime = providerTime
    }
}
