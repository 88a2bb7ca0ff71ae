/// How details are fetched with few requests.
package struct FetchPolicy: Sendable {
    /// For how long a fetched profile is used again.
    package var profileMaxAge: Duration
    /// How long somebody whom a page of the list can help waits for others: one page serves a thousand.
    package var company: Duration
    /// How far around the times of the subscribes the list is searched for those who joined it.
    package var pageMargin: Duration
    /// Called between a grant's commit and its use; a test stops the process there.
    package var afterGrant: @Sendable () -> Void
    /// Called between GetResponse's answer and its record; a test lets the process die there.
    package var afterAnswer: @Sendable () -> Void = {}

    package init(
        profileMaxAge: Duration = .seconds(3600),
        company: Duration = .seconds(20),
        pageMargin: Duration = .seconds(3600),
        afterGrant: @escaping @Sendable () -> Void = {}
    ) {
        self.profileMaxAge = profileMaxAge
        self.company = company
        self.pageMargin = pageMargin
        self.afterGrant = afterGrant
    }
}
