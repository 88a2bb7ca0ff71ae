/// A contact in one list of the emulated GetResponse account.
package struct GetResponseContact: Sendable {
    /// Where GetResponse thinks the contact is; each part can be unknown.
    package struct Geolocation: Sendable {
        package var latitude: String?
        package var longitude: String?
        package var continentCode: String?
        package var countryCode: String?
        package var region: String?
        package var postalCode: String?
        package var dmaCode: String?
        package var city: String?

        package init(
            latitude: String? = nil,
            longitude: String? = nil,
            continentCode: String? = nil,
            countryCode: String? = nil,
            region: String? = nil,
            postalCode: String? = nil,
            city: String? = nil
        ) {
            self.latitude = latitude
            self.longitude = longitude
            self.continentCode = continentCode
            self.countryCode = countryCode
            self.region = region
            self.postalCode = postalCode
            self.city = city
        }
    }

    /// Nil lets the account choose one when the contact is added.
    package var id: String?
    package var email: String
    package var name: String?
    package var listID: String
    /// Milliseconds since 1970 UTC; nil is when it is added.
    package var createdOn: Int64?
    package var changedOn: Int64?
    package var origin = "www"
    package var timeZone = "Europe/Warsaw"
    package var ipAddress = "192.0.2.7"
    package var note: String?
    package var dayOfCycle: String?
    package var scoring: Double?
    package var engagementScore: Int?
    package var geolocation = Geolocation()
    /// Names; the account gives each an id.
    package var tags: [String]
    /// Values by the custom field's name, in order; the account gives each field an id.
    package var customFields: [(name: String, values: [String])]

    package init(
        id: String? = nil,
        email: String,
        name: String? = nil,
        listID: String = "p86zQ",
        createdOn: Int64? = nil,
        tags: [String] = [],
        customFields: [(name: String, values: [String])] = []
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.listID = listID
        self.createdOn = createdOn
        self.tags = tags
        self.customFields = customFields
    }
}

/// A contact that is no longer in its list.
package struct RemovedGetResponseContact: Sendable {
    package var contact: GetResponseContact
    /// One of GetResponse's: api, automation, blacklisted, bounce, cleaner, complaint, support, unsubscribe, user.
    package var reason: String
    /// Milliseconds since 1970 UTC.
    package var deletedOn: Int64

    package init(contact: GetResponseContact, reason: String, deletedOn: Int64) {
        self.contact = contact
        self.reason = reason
        self.deletedOn = deletedOn
    }
}

/// A list, which GetResponse calls campaign.
package struct GetResponseList: Sendable {
    package var id: String
    package var name: String
    package var createdOn: Int64
}

/// What callbacks are registered: one for the whole account.
package struct GetResponseCallback: Sendable, Equatable {
    package var url: String
    /// Whether each action is told.
    package var actions: [String: Bool]

    package init(url: String, actions: [String: Bool]) {
        self.url = url
        self.actions = actions
    }
}
