import Foundation
import NIOHTTP1

extension SalesforceClient {
    /// Salesforce's limit of requests in a composite.
    package static let partsPerComposite = 25
    /// How many of them may be queries or collections.
    package static let heavyPartsPerComposite = 5

    /// Asks and writes several things, in their order, in one request that costs the org one API call.
    ///
    /// A part that fails leaves the others be (`allOrNone: false`), and a later part sees what an earlier one wrote: an upsert
    /// and behind it the query of that key's `IsConverted` are a write with its conversion check. Queries of any length go
    /// here, since their addresses are in the body. Each write carries its own headers. A value with `@{` in it is refused:
    /// Salesforce would take it for a reference to another part's answer, and there is no way to escape it; send that write
    /// on its own.
    ///
    /// - Parameter operations: At most 25, of which at most five are queries or collections; none costs no request.
    /// - Returns: One answer or error an operation, in their order.
    /// - Throws: `BatchFailure` when there is no answer for each. Where nothing was to be written it is always `noRowWritten`.
    package func composite(
        _ operations: [CompositeOperation]
    ) async throws(BatchFailure) -> [Result<CompositeAnswer, SalesforceError>] {
        guard !operations.isEmpty else { return [] }
        let outgoing = try outgoing(operations)
        let answer: HTTPAnswer
        do throws(SalesforceError) {
            answer = try await send(outgoing)
        } catch {
            throw BatchFailure(sending: error)
        }
        guard answer.status == 200 else {
            let refusal = refusal(answer)
            guard outgoing.isWrite else { throw .noRowWritten(refusal) }
            throw BatchFailure(refusal: refusal, isRepeatable: operations.allSatisfy(\.isRepeatable))
        }
        guard let parts = Self.parts(answer.body, count: operations.count) else {
            let reason = "a composite answer must have one part for each request"
            throw outgoing.isWrite
                ? .everyRowUnknown(.lostAnswer(reason: reason)) : .noRowWritten(.undecodable(reason: reason))
        }
        var answers: [Result<CompositeAnswer, SalesforceError>] = []
        for (operation, part) in zip(operations, parts) { answers.append(await self.answer(to: operation, part)) }
        return answers
    }

    /// Asks for texts as they are: composites belong to a family of resources that writes `O'Brien` as `O&#39;Brien`.
    private static let rawText = ("X-Chatter-Entity-Encoding", "false")

    private func outgoing(_ operations: [CompositeOperation]) throws(BatchFailure) -> Outgoing {
        guard operations.count <= Self.partsPerComposite,
            operations.count(where: \.isHeavy) <= Self.heavyPartsPerComposite
        else {
            throw .noRowWritten(.unsendable("INVALID_INPUT", "A composite has at most 25 parts, 5 of them queries"))
        }
        let isTooLong = operations.contains { ($0.collection?.body.records.count ?? 0) > Self.rowsPerBatch }
        guard !isTooLong else {
            throw .noRowWritten(.unsendable("EXCEEDED_ID_LIMIT", "A batch has at most \(Self.rowsPerBatch) rows"))
        }
        let request = CompositeRequest(operations, root: path(""))
        guard !request.compositeRequest.contains(where: { $0.body?.holdsReference == true }) else {
            throw .noRowWritten(.unsendable("INVALID_INPUT", "A value holds the beginning of a reference, @{"))
        }
        guard let body = try? JSONEncoder.sorted.encode(request) else {
            throw .noRowWritten(.unsendable("JSON_PARSER_ERROR", "A value can't be written as JSON"))
        }
        return Outgoing(
            method: .POST,
            path: path("composite"),
            headers: [Self.rawText],
            body: body,
            isWrite: operations.contains(where: \.isWrite)
        )
    }

    /// The parts of an answer in the order of the request; nil unless there is exactly one for each.
    private static func parts(_ body: Data, count: Int) -> [CompositeReply.Part]? {
        guard let reply = try? JSONDecoder().decode(CompositeReply.self, from: body) else { return nil }
        let byReference = Dictionary(reply.compositeResponse.map { ($0.referenceId, $0) }) { first, _ in first }
        let parts = (0..<count).compactMap { byReference[CompositeRequest.reference($0)] }
        return parts.count == count ? parts : nil
    }

    private func answer(
        to operation: CompositeOperation,
        _ part: CompositeReply.Part
    ) async -> Result<CompositeAnswer, SalesforceError> {
        let version = configuration.apiVersion
        if let request = operation.collection {
            // An empty array is both no faults and no rows.
            guard case .rows(let rows) = part.content, let results = request.results(rows) else {
                guard part.httpStatusCode == 200 else {
                    return .failure(part.refusal(isRepeatable: request.isRepeatable, apiVersion: version))
                }
                return .failure(.lostAnswer(reason: "the answer has not one result for each row"))
            }
            return .success(.batch(results))
        }
        guard case .query = operation else {
            return part.write(isRepeatable: operation.isRepeatable, apiVersion: version).map(CompositeAnswer.write)
        }
        guard case .page(let page) = part.content, part.httpStatusCode == 200 else {
            return .failure(part.refusal(isRepeatable: true, apiVersion: version))
        }
        do throws(SalesforceError) {
            return .success(.rows(try await rows(from: page)))
        } catch {
            return .failure(error)
        }
    }
}
