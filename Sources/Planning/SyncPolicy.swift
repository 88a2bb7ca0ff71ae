import Crypto
import Foundation
package import Model

/// What to do with somebody who is already a Salesforce Contact when they subscribe.
package enum ExistingContactPolicy: String, CaseIterable, Sendable {
    /// Fill the Contact's gaps and create no Lead.
    case update
    /// Fill the Contact's gaps and create a Lead too.
    case alsoLead
    /// Leave the Contact alone and create no Lead.
    case ignore
}

/// What to do with a record that may be mailed although its person opted out.
package enum DriftPolicy: String, CaseIterable, Sendable {
    /// Opt it out again.
    case repair
    /// Tell of it and leave it as it is.
    case report
}

/// The choices behind the mapping (`sync.…`); the defaults are the guide's.
package struct SyncPolicy: Hashable, Sendable {
    /// API names of the custom fields; an empty name leaves that field out of every write.
    package var fields = SalesforceFieldNames()
    /// Default: `update`.
    package var existingContact = ExistingContactPolicy.update
    /// `FirstName` of a new Lead with a single name; nil, the default, leaves it empty, which Salesforce allows.
    package var namePlaceholder: String?
    /// `LastName` of a new Lead without a name, and `Company` of one without company and address.
    package var unknownLastName = "Unknown"
    /// The name of the custom field that holds the company.
    package var companyField = "company"
    /// The name of the custom field that holds the job title.
    package var titleField = "job_title"
    /// `LeadSource` of a new Lead.
    package var leadSource = "Email Marketing"
    /// `Status` of a new Lead.
    package var status = "Open - Not Contacted"
    /// `Status` of a Lead whose person opted out.
    package var unsubscribedStatus = "Unsubscribed"
    /// Tags that make a Lead's `Rating` Hot; compared without regard to case.
    package var highIntentTags: Set<String> = ["pricing_page_visited", "demo_watched", "free_trial_started"]
    /// Whom campaigns take in; nobody by default.
    package var campaigns: [CampaignRule] = []
    /// A campaign member's statuses from the first to the last: none is ever taken back.
    package var memberStatuses = MemberProgress.standardOrder
    /// Which opens and clicks become Tasks.
    package var tasks = TaskPolicy()
    /// Reasons of a removal that count as an opt-out; compared without regard to case.
    package var optOutReasons: Set<String> = ["unsubscribe", "complaint", "blacklisted"]
    /// What leaving a list means; default: it opts the person out.
    package var optOutScope = OptOutScope.anyList
    /// What a later subscribe does; default: the opt-out stays.
    package var resubscribe = ResubscribePolicy.keep
    /// Which origins of a subscribe are the person's own doing, for `resubscribe`; compared without regard to case.
    package var resubscribeOrigins: Set<String> = ["www", "landing_page", "webinar"]

    /// Default: `repair`.
    package var drift = DriftPolicy.repair

    package init() {}

    /// Twelve hexadecimal digits that change with any of these choices: the mapping version recorded with each effect.
    package var version: String {
        var values: [String?] = [
            fields.contactID, fields.listID, fields.tags, fields.subscriptionDate, fields.lastEmailOpened,
            fields.lastUnsubscribeDate, fields.score, fields.eventKey, existingContact.rawValue, namePlaceholder,
            unknownLastName, companyField, titleField, leadSource, status, unsubscribedStatus,
            String(highIntentTags.count),
        ]
        values += highIntentTags.sorted() + optOutReasons.sorted()
        values += campaigns.flatMap { [$0.list, $0.origin, $0.tag, $0.campaign, $0.status] } + memberStatuses
        values += [tasks.opens.rawValue, tasks.clicks.rawValue, String(tasks.dailyLimit)]
        values += [optOutScope.rawValue, resubscribe.rawValue] + resubscribeOrigins.sorted()
        return StableHash.hexadecimal(of: values, digits: 12)
    }
}

/// SHA-256 over texts that can't run together.
enum StableHash {
    /// The first `digits` hexadecimal digits; each text goes in with its length, an absent one as a mark.
    static func hexadecimal(of texts: [String?], digits: Int) -> String {
        var hash = SHA256()
        for text in texts {
            hash.update(data: Data((text.map { "\($0.utf8.count):\($0)" } ?? "-").utf8))
        }
        let hexadecimal = hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return String(hexadecimal.joined().prefix(digits))
    }
}
