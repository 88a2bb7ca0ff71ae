import Model

/// What a person does about an error; `doctor` says it beside the cause.
extension SalesforceError {
    /// How to mend it, in one sentence; nil where only Salesforce or the record's own data can.
    package var remedy: String? {
        switch self {
        case .authentication(_, let remedy): remedy
        case .sessionRejected:
            "Give the app's user the permission \"API Enabled\", and check that the app is not blocked for it."
        case .versionRetired: "Set salesforce.apiVersion to a current version."
        case .untrustedInstance, .unusableURL:
            "Set salesforce.loginURL to the org's My Domain, https://YOURDOMAIN.my.salesforce.com."
        case .notSent, .unanswered: "Check salesforce.loginURL and this machine's way to it, then try again."
        case .server, .undecodable, .lostAnswer, .unsettled:
            "Try again; if it stays, look at https://status.salesforce.com for the org's instance."
        case .missingMemberStatus(let campaign, _?):
            "Add the status to the campaign \(campaign) (Edit Statuses on its page), or change sync.campaigns."
        case .missingMemberStatus(let campaign, nil):
            "Give the app's user Read on campaigns and on \(campaign), or mend its id in sync.campaigns."
        case .faults: remedyForFaults
        }
    }

    private var remedyForFaults: String? {
        if let field = missingField {
            return
                "Create the field \(field), or let the app's user see and edit it; deploy/salesforce has the fields and a "
                + "permission set."
        }
        switch errorClass {
        case .quota:
            return "The org has used up its API requests of the last 24 hours: wait, or ask Salesforce for more."
        case .throttled: return "Try again in a minute."
        case .configuration:
            return "Check what the app's user may do in the org; deploy/salesforce has a permission set."
        case .transient, .lostAnswer: return "Try again."
        case .data: return nil
        }
    }
}

extension SalesforceError {
    /// An error for what is not even sent, worded as Salesforce would have refused it.
    static func unsendable(_ code: String, _ message: String) -> SalesforceError {
        .faults(status: 400, [APIFault(code: code, message: message)], retryAfter: nil)
    }
}
