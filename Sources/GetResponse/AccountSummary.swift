/// The account that the key belongs to, as far as `doctor` names it.
package struct AccountSummary: Hashable, Sendable {
    package var accountID: String
    package var companyName: String?

    package init(accountID: String, companyName: String? = nil) {
        self.accountID = accountID
        self.companyName = companyName
    }
}

/// One list, which GetResponse calls a campaign.
package struct ListSummary: Hashable, Sendable {
    package var id: String
    package var name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}
