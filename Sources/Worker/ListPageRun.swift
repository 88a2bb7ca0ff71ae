import GetResponse
import Journal
import Model

/// A walk over a list's pages in search of a crowd, for as long as that costs fewer requests than one for each.
struct ListPageRun: Hashable, Sendable {
    let lane: Lane
    /// Who was not found yet.
    private(set) var missing: Set<String>
    /// What is asked for next.
    private(set) var query: ContactPageQuery
    /// Whether no further page is worth its request.
    private(set) var isOver = false

    init(_ crowd: ListCrowd, margin: Duration, perPage: Int = ContactPageQuery.largestPage) {
        lane = crowd.lane
        missing = crowd.contactIDs
        let first = crowd.subscribedAt.lowerBound.advanced(by: .zero - margin)
        let last = crowd.subscribedAt.upperBound.advanced(by: margin)
        query = ContactPageQuery(listID: crowd.listID, createdOn: first...last, perPage: perPage)
    }

    /// Takes the page that was asked for.
    mutating func take(_ page: ContactPage) {
        missing.subtract(page.contacts.compactMap(\.contactID))
        let isLast = page.contacts.count < query.perPage
        let further = max(0, (page.totalPages ?? (isLast ? query.page : .max)) - query.page)
        isOver = missing.isEmpty || page.contacts.isEmpty || further == 0
        // How many pages there are is known only now: the rest of them must still be cheaper.
        if further != .max - query.page, further >= missing.count { isOver = true }
        if !isOver { query.page += 1 }
    }
}
