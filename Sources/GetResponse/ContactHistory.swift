package import Model
import NIOHTTP1

/// Which contacts of a list are asked for as history.
package struct ContactHistoryQuery: Hashable, Sendable {
    /// The time that orders and bounds the contacts.
    package enum Order: String, Codable, Sendable {
        /// When they joined the list.
        case createdOn
        /// When they joined or were changed last.
        case changedOn
    }

    package var listID: String
    package var order: Order
    /// From when on, this moment included; nil from the beginning.
    package var from: Timestamp?
    /// Until when, this moment included.
    package var to: Timestamp
    /// The page, from 1.
    package var page: Int

    package init(listID: String, order: Order, from: Timestamp?, to: Timestamp, page: Int = 1) {
        self.listID = listID
        self.order = order
        self.from = from
        self.to = to
        self.page = page
    }
}

/// One page of a list's history.
package struct ContactHistoryPage: Hashable, Sendable {
    /// A contact, with everything but tags and custom fields, which stay nil, and the time that it is ordered by.
    package struct Entry: Hashable, Sendable {
        package var contact: ContactDetails
        package var time: Timestamp

        package init(contact: ContactDetails, time: Timestamp) {
            self.contact = contact
            self.time = time
        }
    }

    /// In the order of their times.
    package var entries: [Entry]
    /// How many contacts match on all pages; nil where the server does not say.
    package var totalCount: Int?
    /// Whether there is a further page.
    package var hasMore: Bool

    package init(entries: [Entry], totalCount: Int? = nil, hasMore: Bool = false) {
        self.entries = entries
        self.totalCount = totalCount
        self.hasMore = hasMore
    }
}

extension GetResponseClient {
    /// One page of a list's contacts in the order of a time: one request for up to a thousand of them.
    ///
    /// - Throws: `GetResponseError`; `undecodable` where the answer is no array of contacts with that time.
    package func history(_ query: ContactHistoryQuery) async throws(GetResponseError) -> ContactHistoryPage {
        let field = query.order.rawValue
        var parameters = [("query[campaignId]", query.listID)]
        if let from = query.from { parameters.append(("query[\(field)][from]", from.iso8601Seconds)) }
        parameters += [
            ("query[\(field)][to]", query.to.iso8601Seconds), ("sort[\(field)]", "ASC"),
            ("fields", (Self.pageFields + ["changedOn"]).joined(separator: ",")),
            ("page", String(query.page)), ("perPage", String(ContactPageQuery.largestPage)),
        ]
        let answer = try await send(.contacts, path: ["contacts"], query: parameters, maximum: Self.maximumPageBytes)
        guard let elements = JSONValue(bytes: answer.body)?.elements else {
            throw .undecodable(status: answer.status, reason: "a page of contacts must be an array")
        }
        var entries: [ContactHistoryPage.Entry] = []
        for element in elements {
            guard let time = element[field]?.text.flatMap({ Timestamp(text: $0) }) else {
                throw .undecodable(status: answer.status, reason: "a contact without \(field)")
            }
            var details = ContactDetails(contact: element)
            // A page that carries them nevertheless does so by an undocumented flag: not to be relied on.
            details.tags = nil
            details.customFields = nil
            entries.append(ContactHistoryPage.Entry(contact: details, time: time))
        }
        func number(_ header: String) -> Int? {
            answer.headers.first(name: header).flatMap { Int($0.trimmingWhitespace()) }
        }
        return ContactHistoryPage(
            entries: entries,
            totalCount: number("TotalCount"),
            hasMore: number("TotalPages").map { query.page < $0 } ?? (elements.count >= ContactPageQuery.largestPage)
        )
    }
}
