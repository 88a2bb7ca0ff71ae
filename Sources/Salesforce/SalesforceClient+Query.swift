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
        let path = path("query") + "?q=" + soql.percentEncoded
        let length = configuration.loginURL.utf8.count + path.utf8.count
        var page = try await length > Self.longestQueryURL ? composite(path) : page(at: path)
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

    private func composite(_ path: String) async throws(SalesforceError) -> QueryPage {
        let requests = CompositeRequest(compositeRequest: [.init(method: "GET", url: path, referenceId: "rows")])
        guard let body = try? JSONEncoder().encode(requests) else {
            throw .undecodable(reason: "the query can't be written as JSON")
        }
        let outgoing = Outgoing(method: .POST, path: self.path("composite"), body: body, isWrite: false)
        let answer = try await send(outgoing)
        guard answer.status == 200 else { throw refusal(answer) }
        guard let composite = try? JSONDecoder().decode(CompositeAnswer.self, from: answer.body),
            let result = composite.compositeResponse.first
        else { throw .undecodable(reason: "a composite answer must have one part for each request") }
        switch result.content {
        case .page(let page): return page
        case .faults(let faults):
            throw .faults(status: result.httpStatusCode, faults, retryAfter: nil)
        }
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

private struct QueryPage: Decodable {
    let done: Bool
    let nextRecordsURL: String?
    let records: [SalesforceRow]

    enum CodingKeys: String, CodingKey {
        case done
        case nextRecordsURL = "nextRecordsUrl"
        case records
    }
}

private struct CompositeRequest: Encodable {
    struct Part: Encodable {
        let method: String
        let url: String
        let referenceId: String
    }

    let compositeRequest: [Part]
}

private struct CompositeAnswer: Decodable {
    enum Content {
        case page(QueryPage)
        case faults([APIFault])
    }

    struct Part: Decodable {
        let httpStatusCode: Int
        let content: Content

        enum CodingKeys: CodingKey {
            case httpStatusCode
            case body
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            httpStatusCode = try container.decode(Int.self, forKey: .httpStatusCode)
            if httpStatusCode == 200 {
                content = .page(try container.decode(QueryPage.self, forKey: .body))
            } else {
                content = .faults((try? container.decode([APIFault].self, forKey: .body)) ?? [])
            }
        }
    }

    let compositeResponse: [Part]
}
