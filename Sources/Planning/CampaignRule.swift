import Model

/// Whom a campaign takes in, and with which status (`sync.campaigns`).
///
/// Everything that a rule names must hold: a list and an origin together mean those of the list who came that way.
package struct CampaignRule: Hashable, Codable, Sendable {
    /// The GetResponse list that is joined.
    package var list: String?
    /// How the contact came (`webinar`, `landing_page`, …); compared without regard to case.
    package var origin: String?
    /// The tag that the contact gets or has; compared without regard to case.
    package var tag: String?
    /// The Salesforce campaign's record id.
    package var campaign: String
    /// The member's status, as the campaign's own list of statuses spells it.
    package var status: String

    package init(
        list: String? = nil,
        origin: String? = nil,
        tag: String? = nil,
        campaign: String,
        status: String = CampaignRule.standardStatus
    ) {
        self.list = list
        self.origin = origin
        self.tag = tag
        self.campaign = campaign
        self.status = status
    }

    /// The guide's status of somebody who registered.
    package static let standardStatus = "Registered"

    /// Whether the rule names anything by which it can be told whom it means.
    package var isBound: Bool { list != nil || origin != nil || tag != nil }

    /// Whether the event puts its contact into the campaign.
    ///
    /// Joining a list does, with the origin and the tags that the callback carries, and getting a tag; what a fetch finds
    /// does where the rule needs what only a fetch can tell.
    func applies(to input: PlanningInput) -> Bool {
        guard isBound else { return false }
        switch input.action {
        case .subscribe: break
        case .tagApplied, .enrich: guard tag != nil || (origin != nil && input.action == .enrich) else { return false }
        default: return false
        }
        let details = input.details
        if let list, list != input.listID ?? details.listID { return false }
        if let origin, origin.lowercased() != details.origin?.lowercased() { return false }
        guard let tag else { return true }
        let tags = (input.payload.tag.map { [$0] } ?? []) + (details.tags ?? [])
        return tags.contains { $0.lowercased() == tag.lowercased() }
    }
}
