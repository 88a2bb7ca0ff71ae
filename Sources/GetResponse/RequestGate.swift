/// What a GetResponse request is for: the value of `api_request.purpose`.
package enum RequestPurpose: String, CaseIterable, Sendable {
    /// One contact's details.
    case contact
    /// A page of contacts.
    case contacts
    /// A page of lists.
    case campaigns
    /// A segment search.
    case search
    /// Webinars.
    case webinars
    /// The account's callback registration.
    case callbacks
    /// The account itself, asked by `doctor` and to keep the key alive.
    case account
}

/// Permission to send one request, already counted against the cap.
package struct RequestGrant: Sendable {
    /// Names the grant for whoever gave it (the row in `api_request`).
    package var id: Int64
    /// Whether the grant's 2 s of life are not over.
    ///
    /// The client asks right before it sends. A grant that ran out is not used, and stays spent.
    package var usable: @Sendable () -> Bool

    package init(id: Int64, usable: @escaping @Sendable () -> Bool) {
        self.id = id
        self.usable = usable
    }
}

/// Keeps the request cap: the client asks it before every single HTTP request.
package protocol RequestGate: Sendable {
    /// Counts a request and permits it.
    ///
    /// - Throws: `GetResponseError.budgetExhausted` when none is left, and whatever else keeps it from counting one.
    func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant

    /// Tells how the request of `grant` ended; called exactly once for each grant.
    ///
    /// `status` is nil when the request was not sent or no whole answer came; the grant is spent in any case. `rateLimit`
    /// is what the answer's headers said, with a pause if the server asks for one.
    func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async
}
