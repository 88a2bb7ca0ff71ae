import Foundation
package import Model
import NIOHTTP1

/// Writes of many rows in one request (sObject Collections, API 42.0 on; upsert 46.0 on), which costs the org one API call.
///
/// All share: up to 200 rows of one object, `allOrNone: false` (a refused row leaves the others be), the client's time-out
/// for the whole, the options' headers on the one request, and one result a row in the order of the rows. Triggers run over
/// the rows together.
extension SalesforceClient {
    /// Salesforce's limit of rows in one request.
    package static let rowsPerBatch = 200

    /// Creates or updates the records whose external id `field` has the rows' keys; sending the same again is harmless.
    ///
    /// Nobody can tell beforehand which rows create, so assignment rules and duplicate rules treat all alike. A key that comes
    /// twice in one request fails in every such row; `options.updateOnly` does not exist for batches and is refused here, lest
    /// rows be created against the caller's will: look the records up and update them by id.
    ///
    /// - Parameters:
    ///   - object: The records' object.
    ///   - field: The external id field.
    ///   - rows: At most 200; none costs no request.
    ///   - options: The headers.
    /// - Returns: One result a row, in their order.
    /// - Throws: `BatchFailure`; a field that is no external id, or hidden, is `noRowWritten` with status 404.
    package func upsert(
        _ object: SalesforceObject,
        externalID field: String,
        rows: [UpsertRow],
        options: WriteOptions = WriteOptions()
    ) async throws(BatchFailure) -> [RowResult] {
        guard !options.updateOnly else {
            throw .noRowWritten(.unsendable("INVALID_INPUT", "A batched upsert can't be bound to existing records"))
        }
        return try await write(CollectionRequest(upserting: object, externalID: field, rows: rows), options)
    }

    /// Updates records by their ids; sending the same again is harmless.
    ///
    /// - Parameters:
    ///   - object: The records' object.
    ///   - rows: At most 200; none costs no request.
    ///   - options: The headers.
    /// - Returns: One result a row, in their order.
    /// - Throws: `BatchFailure`.
    package func update(
        _ object: SalesforceObject,
        rows: [UpdateRow],
        options: WriteOptions = WriteOptions()
    ) async throws(BatchFailure) -> [RowResult] {
        try await write(CollectionRequest(updating: object, rows: rows), options)
    }

    /// Creates records, which must not be sent twice: after `everyRowUnknown` look for each before sending it again.
    ///
    /// - Parameters:
    ///   - object: The records' object.
    ///   - rows: The fields of each; at most 200, none costs no request.
    ///   - options: The headers.
    /// - Returns: One result a row, in their order.
    /// - Throws: `BatchFailure`.
    package func create(
        _ object: SalesforceObject,
        rows: [[String: FieldValue]],
        options: WriteOptions = WriteOptions()
    ) async throws(BatchFailure) -> [RowResult] {
        try await write(CollectionRequest(creating: object, rows: rows), options)
    }

    private func write(
        _ request: CollectionRequest,
        _ options: WriteOptions
    ) async throws(BatchFailure) -> [RowResult] {
        let count = request.body.records.count
        guard count > 0 else { return request.results([]) ?? [] }
        guard count <= Self.rowsPerBatch else {
            throw .noRowWritten(.unsendable("EXCEEDED_ID_LIMIT", "A batch has at most \(Self.rowsPerBatch) rows"))
        }
        guard let body = try? JSONEncoder.sorted.encode(request.body) else {
            throw .noRowWritten(.unsendable("JSON_PARSER_ERROR", "A value can't be written as JSON"))
        }
        let answer: HTTPAnswer
        do throws(SalesforceError) {
            let path = path(request.segments)
            answer = try await send(
                Outgoing(method: request.method, path: path, headers: options.headers, body: body, isWrite: true)
            )
        } catch {
            throw BatchFailure(sending: error)
        }
        guard answer.status == 200 else {
            throw BatchFailure(refusal: refusal(answer), isRepeatable: request.isRepeatable)
        }
        guard let rows = try? JSONDecoder().decode([SavedRow].self, from: answer.body),
            let results = request.results(rows)
        else {
            throw .everyRowUnknown(.lostAnswer(reason: "the answer has not one result for each of \(count) rows"))
        }
        return results
    }
}

extension JSONEncoder {
    /// Members in alphabetical order, so that the same rows are the same bytes.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
