package import Model

/// Everything that a plan follows from.
package struct PlanningInput: Sendable {
    package var action: Action
    package var payload: EventPayload
    package var source: Source
    package var person: Person?
    package var contactID: String?
    package var listID: String?
    package var occurredAt: Timestamp
    package var receivedAt: Timestamp
    /// The contact as fetched: now for an `enrich`, earlier for anything else.
    package var profile: ContactDetails?
    /// What Salesforce holds of the person now.
    package var records: SalesforceRecords
    /// What consent says of the person now.
    package var isOptedOut: Bool
    /// The records whose opt-out this subscribe takes back (`sync.resubscribe`).
    package var clearable: Set<String>
    /// Whether this opt-out leaves the person on a list that counts (`optOut.scope`), so that no record is touched.
    package var staysOnLists: Bool
    /// What tells this open or click from the same one at another time: the same for all its tellings within the window,
    /// such as the id of the first one's event.
    ///
    /// Person, message and link need not be in it. Nil makes a key of this event alone, from its time.
    package var engagementKey: String?
    /// Whether the Task of this open or click was written already, for an earlier telling of it.
    package var isToldAlready: Bool
    /// How many Tasks the person has of the event's day, beside the one of this event.
    package var tasksOfDay: Int
    /// Whether a duplicate rule of the org has refused a Lead beside the person's Contact.
    package var isLeadRefused: Bool

    package init(
        action: Action,
        payload: EventPayload,
        source: Source,
        person: Person?,
        contactID: String?,
        listID: String?,
        occurredAt: Timestamp,
        receivedAt: Timestamp,
        profile: ContactDetails? = nil,
        records: SalesforceRecords,
        isOptedOut: Bool = false,
        engagementKey: String? = nil,
        isToldAlready: Bool = false,
        tasksOfDay: Int = 0,
        isLeadRefused: Bool = false,
        staysOnLists: Bool = false,
        clearable: Set<String> = []
    ) {
        self.action = action
        self.payload = payload
        self.source = source
        self.person = person
        self.contactID = contactID
        self.listID = listID
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
        self.profile = profile
        self.records = records
        self.isOptedOut = isOptedOut
        self.engagementKey = engagementKey
        self.isToldAlready = isToldAlready
        self.tasksOfDay = tasksOfDay
        self.isLeadRefused = isLeadRefused
        self.staysOnLists = staysOnLists
        self.clearable = clearable
    }

    /// What is known of the contact: for an `enrich` the fetched profile before the callback, else the callback first.
    var details: ContactDetails {
        let told = payload.contact
        guard let profile else { return told }
        return action == .enrich ? profile.filled(from: told) : told.filled(from: profile)
    }

    /// The contact's id, from the event's column or from its payload.
    var knownContactID: String? {
        [contactID, payload.contact.contactID].lazy.compactMap { $0 }.first { !$0.isEmpty }
    }

    /// The address to write, as it was given; nil where none is known.
    var email: String? {
        [details.email, person?.email].lazy.compactMap { $0?.trimmingWhitespace() }
            .first { Person(email: $0) != nil }
    }

    /// Every address by which the records may have been found, normalised.
    var addresses: Set<String> {
        let told = [payload.contact.email, payload.previousEmail, profile?.email].compactMap {
            $0.flatMap(Person.init(email:))
        }
        return Set((told + [person].compactMap { $0 }).compactMap(\.email))
    }
}
