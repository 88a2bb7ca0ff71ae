import Foundation
import Model
import NIOHTTP1

extension SalesforceClient {
    /// A query whose URL would be longer goes into the body of a composite request.
    static let longestQueryURL = 2000
    /// More rows than any question of ours means; a query that finds more is refused, not cut off.
    static let maximumRows = 50_000

    /// All rows of a SOQL query, page by page.
    ///
    /// Every value in it must come from `SOQL.literal`. A long query travels through `POST /composite`, one API call like
    /// any other: a URL over 16 KB would be refused.
    ///
    /// - Throws: `undecodable` also for more than 50,000 rows, and for a next page that is not below this org's own path.
    package func query(_ soql: String) async throws(SalesforceError) -> [SalesforceRow] {
        let path = queryPath(soql)
        guard configuration.loginURL.utf8.count + path.utf8.count > Self.longestQueryURL else {
            return try await rows(from: page(at: path))
        }
        let answers: [Result<CompositeAnswer, SalesforceError>]
        do throws(BatchFailure) {
            answers = try await composite([.query(soql)])
        } catch {
            throw error.error
        }
        guard case .rows(let rows) = try answers.first?.get() else {
            throw .undecodable(reason: "a query in a composite must be answered with records")
        }
        return rows
    }

    /// One page of a walk over more rows than can be held at once.
    package struct RowPage: Sendable {
        package let rows: [SalesforceRow]
        fileprivate let next: String?

        /// Whether no page follows.
        package var isLast: Bool { next == nil }
    }

    /// The first page of a SOQL query's rows, 2,000 as a rule.
    ///
    /// Every value in it must come from `SOQL.literal`.
    package func firstPage(of soql: String) async throws(SalesforceError) -> RowPage {
        try await RowPage(page(at: queryPath(soql)))
    }

    /// The page that follows; Salesforce keeps the rest of a walk for some minutes only.
    ///
    /// - Parameter page: The page before.
    /// - Returns: Nil after the last page.
    /// - Throws: `SalesforceError`; `undecodable` also for a next page that is not below this org's own path.
    package func page(after page: RowPage) async throws(SalesforceError) -> RowPage? {
        guard let next = page.next else { return nil }
        return try await RowPage(self.page(at: checked(next)))
    }

    /// The path of a query, percent-encoded.
    func queryPath(_ soql: String) -> String {
        path("query") + "?q=" + soql.percentEncoded
    }

    /// The rows of a page and of all that follow it.
    func rows(from first: QueryPage) async throws(SalesforceError) -> [SalesforceRow] {
        var page = first
        var rows = page.records
        while let next = page.nextRecordsURL, !page.done {
            guard rows.count < Self.maximumRows, !page.records.isEmpty else {
                throw .undecodable(reason: "the query has more than \(Self.maximumRows) rows, or a page without any")
            }
            page = try await self.page(at: checked(next))
            rows += page.records
        }
        return rows
    }

    private func page(at path: String) async throws(SalesforceError) -> QueryPage {
        let answer = try await send(Outgoing(method: .GET, path: path, isWrite: false))
        guard answer.status == 200 else { throw refusal(answer) }
        guard let page = try? JSONDecoder().decode(QueryPage.self, from: answer.body) else {
            throw .undecodable(reason: "a page of a query must have records")
        }
        return page
    }

    /// The path of the next page, which Salesforce names and we therefore check before a token goes there.
    private func checked(_ next: String) throws(SalesforceError) -> String {
        let isSafe = next.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !next.contains("..")
        guard next.hasPrefix("/services/data/\(configuration.apiVersion)/query/"), isSafe else {
            throw .undecodable(reason: "nextRecordsUrl is not below this API version's query path")
        }
        return next
    }
}

/// One page of a query's rows.
struct QueryPage: Decodable {
    let done: Bool
    let nextRecordsURL: String?
    let records: [SalesforceRow]

    enum CodingKeys: String, CodingKey {
        case done
        case nextRecordsURL = "nextRecordsUrl"
        case records
    }
}

extension SalesforceClient.RowPage {
    fileprivate init(_ page: QueryPage) {
        self.init(rows: page.records, next: page.done ? nil : page.nextRecordsURL)
    }
}
