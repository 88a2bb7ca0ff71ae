package import Model
import NIOHTTP1

/// A contact that left its list, as the search for removed contacts tells it.
package struct RemovedContact: Hashable, Sendable {
    /// With everything but tags and custom fields.
    package var contact: ContactDetails
    /// Why: api, automation, blacklisted, bounce, cleaner, complaint, support, unsubscribe or user; nil where it is not said.
    package var reason: String?
    package var deletedOn: Timestamp?

    package init(contact: ContactDetails, reason: String? = nil, deletedOn: Timestamp? = nil) {
        self.contact = contact
        self.reason = reason
        self.deletedOn = deletedOn
    }
}

/// One page of the search for removed contacts.
package struct RemovedContactPage: Hashable, Sendable {
    package var contacts: [RemovedContact]
    /// How many pages and contacts there are; nil where the server does not say.
    package var totalPages: Int?
    package var totalCount: Int?

    package init(contacts: [RemovedContact], totalPages: Int? = nil, totalCount: Int? = nil) {
        self.contacts = contacts
        self.totalPages = totalPages
        self.totalCount = totalCount
    }
}

extension GetResponseClient {
    /// One page of the contacts that were removed from any of the lists: one request for up to a thousand of them.
    ///
    /// They come in the order in which they once joined, which is the only lasting one that the search has: whoever is removed
    /// meanwhile moves others to a later page, so that they are seen twice rather than not at all.
    ///
    /// - Parameters:
    ///   - lists: The ids of the lists; at least one.
    ///   - page: The page, from 1.
    /// - Returns: The page; one past the end is empty.
    /// - Throws: `GetResponseError`; `undecodable` where the answer is no array.
    package func removedContacts(
        lists: [String],
        page: Int
    ) async throws(GetResponseError) -> RemovedContactPage {
        let answer = try await send(
            .search,
            method: .POST,
            path: ["search-contacts", "contacts"],
            query: [
                ("sort[createdOn]", "ASC"), ("page", String(page)), ("perPage", String(ContactPageQuery.largestPage)),
            ],
            body: RemovedContactSearch(lists: lists).json,
            maximum: Self.maximumPageBytes
        )
        guard let elements = JSONValue(bytes: answer.body)?.elements else {
            throw .undecodable(status: answer.status, reason: "a page of a search must be an array")
        }
        func number(_ header: String) -> Int? {
            answer.headers.first(name: header).flatMap { Int($0.trimmingWhitespace()) }
        }
        return RemovedContactPage(
            contacts: elements.map(RemovedContact.init(json:)),
            totalPages: number("TotalPages"),
            totalCount: number("TotalCount")
        )
    }
}

extension RemovedContact {
    init(json: JSONValue) {
        self.init(
            contact: ContactDetails(contact: json),
            reason: json["reason"]?.text,
            deletedOn: json["deletedOn"]?.text.flatMap { Timestamp(text: $0) }
        )
    }
}
