package import Model
import NIOHTTP1

/// Which contacts of a list are asked for, page by page.
package struct ContactPageQuery: Hashable, Sendable {
    /// The most contacts that GetResponse gives in one page.
    package static let largestPage = 1000

    package var listID: String
    /// When they joined the list.
    package var createdOn: ClosedRange<Timestamp>
    /// The page, from 1.
    package var page: Int
    package var perPage: Int

    package init(
        listID: String,
        createdOn: ClosedRange<Timestamp>,
        page: Int = 1,
        perPage: Int = Self.largestPage
    ) {
        self.listID = listID
        self.createdOn = createdOn
        self.page = page
        self.perPage = perPage
    }
}

/// One page of a list: contacts with everything but tags and custom fields, which stay nil.
package struct ContactPage: Hashable, Sendable {
    package var contacts: [ContactDetails]
    /// How many pages there are; nil where the server does not say.
    package var totalPages: Int?

    package init(contacts: [ContactDetails], totalPages: Int? = nil) {
        self.contacts = contacts
        self.totalPages = totalPages
    }
}

extension GetResponseClient {
    /// What `contacts` asks for: all that a list carries of what is mapped.
    package static let pageFields = ["email", "name", "campaign", "createdOn", "origin"]

    /// One page of a list's contacts in the order in which they joined: one request for up to a thousand of them.
    ///
    /// - Throws: `GetResponseError`; `undecodable` where the answer is no array.
    package func contacts(_ query: ContactPageQuery) async throws(GetResponseError) -> ContactPage {
        let parameters = [
            ("query[campaignId]", query.listID),
            ("query[createdOn][from]", query.createdOn.lowerBound.iso8601Seconds),
            ("query[createdOn][to]", query.createdOn.upperBound.iso8601Seconds),
            ("sort[createdOn]", "ASC"), ("fields", Self.pageFields.joined(separator: ",")),
            ("page", String(query.page)), ("perPage", String(query.perPage)),
        ]
        let answer = try await send(.contacts, path: ["contacts"], query: parameters, maximum: Self.maximumPageBytes)
        guard let elements = JSONValue(bytes: answer.body)?.elements else {
            throw .undecodable(status: answer.status, reason: "a page of contacts must be an array")
        }
        let contacts = elements.map { element in
            var details = ContactDetails(contact: element)
            // A page that carries them nevertheless does so by an undocumented flag: not to be relied on.
            details.tags = nil
            details.customFields = nil
            return details
        }
        let pages = answer.headers.first(name: "TotalPages").flatMap { Int($0.trimmingWhitespace()) }
        return ContactPage(contacts: contacts, totalPages: pages)
    }
}

extension Timestamp {
    /// Whole seconds in UTC, as GetResponse's filters take them: `2026-04-21T09:15:00+0000`.
    var iso8601Seconds: String {
        String(iso8601.prefix { $0 != "." && $0 != "Z" }) + "+0000"
    }
}
