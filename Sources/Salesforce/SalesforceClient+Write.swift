import Foundation
package import Model
import NIOHTTP1

extension SalesforceClient {
    /// Creates or updates the record whose external id `field` has `value`.
    ///
    /// Accepts 201 (created), 200 (updated, from API 46.0 on) and 204 (updated, before). A 300, where several records have
    /// the value, is no error but `multipleMatches`: nothing was written, and the caller knows what to do. `Id` and the
    /// external id field are left out of the body, where Salesforce refuses them. Sending the same again is harmless.
    ///
    /// - Throws: `faults` with status 404 when the field is no external id, or hidden; see `missingField`.
    package func upsert(
        _ object: SalesforceObject,
        externalID field: String,
        value: String,
        fields: [String: FieldValue],
        options: WriteOptions = WriteOptions()
    ) async throws(SalesforceError) -> WriteResult {
        guard !value.isEmpty, !field.isEmpty else {
            throw .faults(
                status: 400,
                [APIFault(code: "MALFORMED_ID", message: "The external id is empty")],
                retryAfter: nil
            )
        }
        var path = path("sobjects", object.rawValue, field, value)
        if options.updateOnly { path += "?updateOnly=true" }
        return try await write(.PATCH, path, fields, without: ["id", field.lowercased()], options)
    }

    /// Updates a record by its id; sending the same again is harmless.
    package func update(
        _ object: SalesforceObject,
        id: String,
        fields: [String: FieldValue],
        options: WriteOptions = WriteOptions()
    ) async throws(SalesforceError) -> WriteResult {
        guard !id.isEmpty else {
            throw .faults(
                status: 400,
                [APIFault(code: "MALFORMED_ID", message: "The record id is empty")],
                retryAfter: nil
            )
        }
        return try await write(.PATCH, path("sobjects", object.rawValue, id), fields, without: ["id"], options)
    }

    /// Creates a record.
    ///
    /// The one write that must not be sent twice: after a `lostAnswer` look for the record first. A 5xx without
    /// Salesforce's own reasons counts as a lost answer here, since a gateway may have given up on a request that went on.
    package func create(
        _ object: SalesforceObject,
        fields: [String: FieldValue],
        options: WriteOptions = WriteOptions()
    ) async throws(SalesforceError) -> WriteResult {
        try await write(.POST, path("sobjects", object.rawValue), fields, without: ["id"], options)
    }

    private func write(
        _ method: HTTPMethod,
        _ path: String,
        _ fields: [String: FieldValue],
        without refused: Set<String>,
        _ options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let body = try? encoder.encode(fields.filter { !refused.contains($0.key.lowercased()) }) else {
            throw .faults(
                status: 400,
                [APIFault(code: "JSON_PARSER_ERROR", message: "A value can't be written as JSON")],
                retryAfter: nil
            )
        }
        let outgoing = Outgoing(method: method, path: path, headers: options.headers, body: body, isWrite: true)
        return try result(of: await send(outgoing), isRepeatable: method != .POST)
    }

    private func result(of answer: HTTPAnswer, isRepeatable: Bool) throws(SalesforceError) -> WriteResult {
        switch answer.status {
        case 204: return WriteResult(outcome: .updated(id: nil), status: 204)
        case 200, 201: return try success(answer)
        case 300:
            guard let urls = try? JSONDecoder().decode([String].self, from: answer.body) else { throw refusal(answer) }
            let ids = urls.compactMap { $0.split(separator: "/").last.map(String.init) }
            return WriteResult(outcome: .multipleMatches(ids: ids), status: 300)
        default:
            let refusal = refusal(answer)
            if case .server(let status, _) = refusal, !isRepeatable { throw .lostAnswer(reason: "HTTP \(status)") }
            throw refusal
        }
    }

    private func success(_ answer: HTTPAnswer) throws(SalesforceError) -> WriteResult {
        guard let body = try? JSONDecoder().decode(WriteAnswer.self, from: answer.body) else {
            // It was written; only what was written is not known.
            throw .lostAnswer(reason: "HTTP \(answer.status) with a body that can't be read")
        }
        if body.success == false {
            throw .faults(status: answer.status, body.errors ?? [], retryAfter: nil)
        }
        if answer.status == 201 || body.created == true {
            guard let id = body.id else { throw .lostAnswer(reason: "a created record without an id") }
            return WriteResult(outcome: .created(id: id), status: answer.status)
        }
        return WriteResult(outcome: .updated(id: body.id), status: answer.status)
    }
}

private struct WriteAnswer: Decodable {
    let id: String?
    let success: Bool?
    let created: Bool?
    let errors: [APIFault]?
}
