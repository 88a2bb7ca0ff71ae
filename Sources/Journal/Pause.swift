package import Model

/// What a fault holds up: no more than what depends on it (rule 7).
package enum PauseSubject: Hashable, Sendable {
    /// All GetResponse requests: the key is refused, or the server asks for a pause.
    case getResponse
    /// All Salesforce requests: the log-in is refused, or the org's allowance is used up.
    case salesforce
    /// Writes of one field of one object; an empty field means every write of the object.
    ///
    /// Of `CampaignMember` the name may be a campaign's id instead, which no field's name can be taken for: it begins with a
    /// digit.
    case field(object: String, name: String)
    /// Some lanes: the org has few API calls left of the last 24 hours.
    case usage(UsageLevel)

    /// The members of one campaign.
    package static func members(of campaignID: String) -> PauseSubject {
        .field(object: SalesforceObject.campaignMember.rawValue, name: campaignID)
    }

    /// The name in `setting` (after `pause:`), `status` and metrics.
    package var name: String {
        switch self {
        case .getResponse: "getresponse"
        case .salesforce: "salesforce"
        case .usage(let level): "\(Self.usagePrefix).\(level.rawValue)"
        case .field(let object, let name): name.isEmpty ? "salesforce.\(object)" : "salesforce.\(object).\(name)"
        }
    }

    private static let usagePrefix = "salesforce-usage"

    package init?(name: String) {
        let parts = name.split(separator: ".", maxSplits: 2).map(String.init)
        switch (parts.first, parts.count) {
        case ("getresponse", 1): self = .getResponse
        case ("salesforce", 1): self = .salesforce
        case ("salesforce", 2): self = .field(object: parts[1], name: "")
        case ("salesforce", 3): self = .field(object: parts[1], name: parts[2])
        case (Self.usagePrefix, 2):
            guard let level = UsageLevel(rawValue: parts[1]) else { return nil }
            self = .usage(level)
        default: return nil
        }
    }
}

/// A pause in force.
package struct Pause: Hashable, Sendable {
    package var subject: PauseSubject
    package var reason: String
    package var errorClass: ErrorClass
    /// When it is tried again.
    package var until: Timestamp

    package init(subject: PauseSubject, reason: String, errorClass: ErrorClass, until: Timestamp) {
        self.subject = subject
        self.reason = reason
        self.errorClass = errorClass
        self.until = until
    }
}
