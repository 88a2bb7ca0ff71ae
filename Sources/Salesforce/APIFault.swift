import Foundation

/// One fault as Salesforce words it.
package struct APIFault: Hashable, Sendable {
    /// A record that a duplicate rule found.
    package struct Match: Hashable, Sendable {
        /// `Lead` or `Contact`; nil where the answer does not say.
        package var object: String?
        package var id: String

        package init(object: String? = nil, id: String) {
            self.object = object
            self.id = id
        }
    }

    /// `errorCode` of a single request, `statusCode` in the results of collections, `error` of OAuth.
    package var code: String
    /// In the org's language where an admin wrote it; may repeat the refused value.
    package var message: String
    package var fields: [String]
    /// The records that a `DUPLICATES_DETECTED` names.
    package var matches: [Match]

    package init(code: String, message: String = "", fields: [String] = [], matches: [Match] = []) {
        self.code = code
        self.message = message
        self.fields = fields
        self.matches = matches
    }

    /// The faults in an error body, whatever its form: an array of them, a single one, OAuth's object; none for HTML.
    static func list(in body: Data) -> [APIFault] {
        let decoder = JSONDecoder()
        if let faults = try? decoder.decode([APIFault].self, from: body) { return faults }
        return (try? decoder.decode(APIFault.self, from: body)).map { [$0] } ?? []
    }
}

extension APIFault: Decodable {
    private enum CodingKeys: String, CodingKey {
        case errorCode
        case statusCode
        case message
        case fields
        case duplicateResult
        case error
        case errorDescription = "error_description"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let codes = try [CodingKeys.errorCode, .statusCode, .error].compactMap {
            try container.decodeIfPresent(String.self, forKey: $0)
        }
        guard let code = codes.first else {
            throw DecodingError.keyNotFound(
                CodingKeys.errorCode,
                DecodingError.Context(codingPath: container.codingPath, debugDescription: "no code in any spelling")
            )
        }
        let messages = [CodingKeys.message, .errorDescription].compactMap {
            try? container.decodeIfPresent(String.self, forKey: $0)
        }
        let duplicates = try? container.decodeIfPresent(DuplicateResult.self, forKey: .duplicateResult)
        self.init(
            code: code,
            message: messages.first ?? "",
            fields: (try? container.decodeIfPresent([String].self, forKey: .fields)) ?? [],
            matches: duplicates?.matches ?? []
        )
    }
}

/// The inside of `DUPLICATES_DETECTED`, of which only the matched records matter.
private struct DuplicateResult: Decodable {
    struct Rule: Decodable {
        let matchRecords: [Entry]?
    }

    struct Entry: Decodable {
        let record: Record?
    }

    struct Record: Decodable {
        let attributes: Attributes?
        let id: String?

        enum CodingKeys: String, CodingKey {
            case attributes
            case id = "Id"
        }
    }

    struct Attributes: Decodable {
        let type: String?
    }

    let matchResults: [Rule]?

    var matches: [APIFault.Match] {
        (matchResults ?? []).flatMap { $0.matchRecords ?? [] }.compactMap(\.record).compactMap { record in
            record.id.map { APIFault.Match(object: record.attributes?.type, id: $0) }
        }
    }
}
