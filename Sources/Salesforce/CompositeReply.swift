import Foundation

/// The answer to a composite.
struct CompositeReply: Decodable {
    let compositeResponse: [Part]

    struct Part: Decodable {
        let referenceId: String
        let httpStatusCode: Int
        let content: Content
    }

    /// What a part's body turned out to be.
    enum Content {
        case page(QueryPage)
        case rows([SavedRow])
        case saved(SavedRow)
        /// The addresses of a 300.
        case urls([String])
        case faults([APIFault])
    }
}

extension CompositeReply.Part {
    private enum CodingKeys: CodingKey {
        case referenceId
        case httpStatusCode
        case body
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        referenceId = try container.decode(String.self, forKey: .referenceId)
        httpStatusCode = try container.decode(Int.self, forKey: .httpStatusCode)
        if let page = try? container.decode(QueryPage.self, forKey: .body) {
            content = .page(page)
        } else if let saved = try? container.decode(SavedRow.self, forKey: .body) {
            content = .saved(saved)
        } else if let urls = try? container.decode([String].self, forKey: .body), !urls.isEmpty {
            content = .urls(urls)
        } else if let faults = try? container.decode([APIFault].self, forKey: .body), !faults.isEmpty {
            content = .faults(faults)
        } else if let rows = try? container.decode([SavedRow].self, forKey: .body) {
            content = .rows(rows)
        } else {
            content = .faults([])
        }
    }

    /// What a single write did.
    func write(isRepeatable: Bool, apiVersion: String) -> Result<WriteResult, SalesforceError> {
        switch (httpStatusCode, content) {
        case (204, _): .success(WriteResult(outcome: .updated(id: nil), status: 204))
        case (200, .saved(let row)), (201, .saved(let row)):
            row.result(httpStatusCode == 201 ? .create : .upsert(externalID: ""))
        case (200, _), (201, _):
            .failure(.lostAnswer(reason: "HTTP \(httpStatusCode) with a body that can't be read"))
        case (300, .urls(let urls)):
            .success(
                WriteResult(
                    outcome: .multipleMatches(ids: urls.compactMap { $0.split(separator: "/").last.map(String.init) }),
                    status: 300
                )
            )
        default: .failure(refusal(isRepeatable: isRepeatable, apiVersion: apiVersion))
        }
    }

    /// The error that this part's status and faults mean.
    func refusal(isRepeatable: Bool, apiVersion: String) -> SalesforceError {
        var faults: [APIFault] = []
        if case .faults(let told) = content { faults = told }
        switch httpStatusCode {
        case 410: return .versionRetired(apiVersion)
        case 500... where faults.isEmpty:
            return isRepeatable
                ? .server(status: httpStatusCode, retryAfter: nil) : .lostAnswer(reason: "HTTP \(httpStatusCode)")
        default: return .faults(status: httpStatusCode, faults, retryAfter: nil)
        }
    }
}
