import Foundation

/// How the emulated services behave; the defaults are a standard GetResponse account and an org set up as LeadRelay's
/// documents say.
package struct SandboxConfiguration: Sendable {
    /// The GetResponse side.
    package struct GetResponse: Sendable {
        /// The port; 0 takes a free one.
        package var port = 0
        package var apiKey = "sandbox-api-key"
        /// The account's domain when it is a MAX account: requests need `X-Domain` with it, and must have none without.
        package var domain: String?
        /// Requests per `hourlyWindow`, a rolling window counted exactly.
        package var hourlyCap = 400
        package var hourlyWindow: Duration = .seconds(3600)
        /// Requests in any one second.
        package var perSecondLimit = 80
        /// Requests in flight at a time.
        package var concurrentLimit = 10
        /// How long an answer takes.
        package var latency: Duration = .zero
        /// Whether names in `fields=` that do not exist are refused (400, code 1000) or ignored; the real service's way
        /// is not documented.
        package var refusesUnknownFields = true
        /// Whether actions that do not exist are refused when callbacks are registered, or dropped in silence; the real
        /// service's way is not documented.
        package var refusesUnknownCallbackActions = false
        /// Whether the account-wide `/accounts/callbacks` exists (the real service), or the guide's per-list
        /// `/callbacks`.
        package var callbackStyle = CallbackStyle.account

        package init() {}
    }

    /// Where callbacks are registered.
    package enum CallbackStyle: String, Sendable {
        /// `/accounts/callbacks`, one for the account.
        case account
        /// `/callbacks` with a list of campaigns, as the guide says.
        case perList
    }

    /// The Salesforce side.
    package struct Salesforce: Sendable {
        /// The port; 0 takes a free one.
        package var port = 0
        package var clientID = "sandbox-client-id"
        package var clientSecret = "sandbox-client-secret"
        /// The user name that a JWT bearer assertion may name as its subject.
        package var username = "integration@example.com"
        /// What the token endpoint does.
        package var authorization = Authorization.granted
        /// How long a token is good for; nil is for ever.
        package var tokenLifetime: Duration?
        /// How many requests a token is good for; nil is without a limit.
        package var tokenRequestLimit: Int?
        /// In how many of a thousand requests the session turns out to have ended, at random: an admin can end one at any
        /// time.
        package var tokenLossInThousand = 0
        /// Where chance begins; the same seed and requests give the same chances.
        package var seed: UInt64 = 1
        /// API versions served; older ones from 7 on are retired (410), others unknown (404).
        package var versions: ClosedRange<Int> = 31...68
        /// API requests a day.
        package var dailyRequestLimit = 15_000
        /// Rows in a page of a query unless the request asks for another number.
        package var queryBatchSize = 2000
        /// How long an answer takes.
        package var latency: Duration = .zero
        /// Optional fields that this org has, as `Object.Field`.
        package var optionalFields: Set<String> = Self.allOptionalFields
        /// The size of `GetResponse_Tags__c`: the guide's Text Area (255) by default.
        package var tagsFieldLength = 255
        /// Whether the external ids are unique; without it the same key can be on several records (300).
        package var externalIDsAreUnique = true
        /// Whether external ids differ by case.
        package var externalIDsAreCaseSensitive = true
        /// What a write to a converted Lead does.
        package var convertedLeadWrites = ConvertedLeadWrites.refused
        /// Owners that the active assignment rule hands Leads to, in turn; none is no active rule.
        package var assignmentRuleOwners: [String] = []
        /// What the duplicate rule on Lead does, which finds Leads and Contacts.
        package var duplicateRule = DuplicateRule.off
        /// The fields in which a record must be like the Lead to be its duplicate; case does not count.
        package var duplicateFields: Set<String> = ["Email"]
        /// Picklists (as `Object.Field`) that accept nothing but their own values.
        package var restrictedPicklists: Set<String> = []
        /// The states that a State picklist knows; nil is a free text field.
        package var states: Set<String>?
        /// The countries that a Country picklist knows; nil is a free text field.
        package var countries: Set<String>?
        /// Whether the answers to composites have `& < > " '` in their texts as HTML writes them, unless the request says
        /// `X-Chatter-Entity-Encoding: false`.
        ///
        /// Some clients undo such an escaping, and recordings show none.
        package var escapesComposites = false
        /// What a CampaignMember gets whose status the campaign does not have.
        package var unknownMemberStatus = UnknownMemberStatus.campaignDefault

        /// The fields that design and documents call optional.
        package static let allOptionalFields: Set<String> = [
            "Lead.Last_Unsubscribe_Date__c", "Lead.GetResponse_Score__c", "Task.GetResponse_Event_Key__c",
            "Contact.GetResponse_Contact_ID__c", "Contact.GetResponse_List_ID__c", "Contact.GetResponse_Tags__c",
            "Contact.GetResponse_Subscription_Date__c", "Contact.GetResponse_Last_Email_Opened__c",
            "Contact.Last_Unsubscribe_Date__c", "Contact.GetResponse_Score__c",
        ]

        package init() {}
    }

    /// What the token endpoint does with a well-formed request.
    package enum Authorization: Sendable, Equatable {
        case granted
        /// Answers 400 with this.
        case refused(error: String, description: String)

        /// The connected app has no Run-As user.
        package static let noRunAsUser = Authorization.refused(
            error: "invalid_grant",
            description: "no client credentials user enabled"
        )
        /// The host is login.salesforce.com or test.salesforce.com, not the org's My Domain.
        package static let loginHost = Authorization.refused(
            error: "invalid_grant",
            description: "request not supported on this domain"
        )
    }

    /// What a write to a converted Lead does.
    package enum ConvertedLeadWrites: String, Sendable {
        /// 400 CANNOT_UPDATE_CONVERTED_LEAD, as for most users.
        case refused
        /// The write succeeds on a record that nobody looks at any more ("View and Edit Converted Leads").
        case dead
    }

    /// What the duplicate rule does.
    package enum DuplicateRule: String, Sendable {
        case off
        /// Refused unless the request says `allowSave=true`.
        case alert
        /// Refused.
        case block
    }

    /// What a CampaignMember gets whose status its campaign does not have.
    package enum UnknownMemberStatus: String, Sendable {
        /// The campaign's default status, without a word.
        case campaignDefault
        /// 400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST.
        case refused
    }

    package var getResponse = GetResponse()
    package var salesforce = Salesforce()
    /// The port of the control API; 0 takes a free one.
    package var controlPort = 0
    /// The clock that all rules use, in milliseconds since 1970 UTC; tests move it.
    package var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    /// How an answer is held back for its latency; whoever moves `now` may let this follow it.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    package init() {}
}
