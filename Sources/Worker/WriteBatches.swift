import Foundation
import Model
import Salesforce
import Synchronization
import Time

/// Writes of many tries, put together by what they are: up to 200 rows of one object in one call.
final class WriteBatches: Sendable {
    /// What the rows of one batch have in common.
    struct Target: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case upsert(externalID: String)
            case update
            case create
        }

        var object: SalesforceObject
        var kind: Kind
        var options: WriteOptions
    }

    /// One row.
    struct Row: Sendable {
        /// The external id or the record's id; nil for a record to be created.
        var key: String?
        var fields: [String: FieldValue]
        /// Whether a Lead that was converted since it was looked up must be noticed here.
        var isChecked = false
        /// Whether the event is still ours for as long as the request may take.
        var isLeased: @Sendable () -> Bool
        /// Told the id of each HTTP request that carries the row.
        var sent: @Sendable (_ requestID: String) -> Void = { _ in }
    }

    private let salesforce: SalesforceClient
    private let limit: Int
    private let linger: Duration
    private let time: any TimeSource
    private let queues = Mutex<[Target: BatchQueue<Row, RowResult>]>([:])

    /// - Parameters:
    ///   - salesforce: The client.
    ///   - limit: How many rows a batch has at most.
    ///   - linger: How long the first of them waits for others.
    ///   - time: The clock that it waits by.
    init(salesforce: SalesforceClient, limit: Int, linger: Duration, time: any TimeSource) {
        self.salesforce = salesforce
        self.limit = min(limit, SalesforceClient.rowsPerBatch)
        self.linger = linger
        self.time = time
    }

    /// Writes the row with the next batch of its kind.
    ///
    /// - Throws: `SalesforceError` of this row, as a request of its own would have thrown it.
    func write(_ row: Row, to target: Target) async throws(SalesforceError) -> WriteResult {
        try await queue(for: target).ask(row).get()
    }

    private func queue(for target: Target) -> BatchQueue<Row, RowResult> {
        queues.withLock { queues in
            if let queue = queues[target] { return queue }
            let queue = BatchQueue<Row, RowResult>(
                limit: limit,
                linger: linger,
                time: time,
                key: { $0.key?.lowercased() },
                cancelled: { isSent in
                    let reason = "the worker was told to stop"
                    return .failure(isSent ? .lostAnswer(reason: reason) : .notSent(reason: reason))
                },
                carryOut: { [salesforce, limit] rows in
                    await RowWriter(salesforce: salesforce, target: target, combines: limit > 1).write(rows)
                }
            )
            queues[target] = queue
            return queue
        }
    }
}

/// Carries one batch out.
struct RowWriter: Sendable {
    let salesforce: SalesforceClient
    let target: WriteBatches.Target
    /// Whether a single row may share a call with the question that goes with it.
    var combines = false

    /// - Returns: One result a row, in their order.
    func write(_ rows: [WriteBatches.Row]) async -> [RowResult] {
        let isSent = rows.map { $0.isLeased() }
        var results = await send(zip(rows, isSent).filter(\.1).map(\.0))[...]
        return isSent.map { isSent in
            guard isSent, let result = results.popFirst() else {
                return .failure(.notSent(reason: "the lease was too short to send anything"))
            }
            return result
        }
    }

    /// A row that spoils the batch is found by halving it; the rest is written.
    private func send(_ rows: [WriteBatches.Row]) async -> [RowResult] {
        guard let first = rows.first else { return [] }
        guard rows.count > 1 else { return [await send(first)] }
        do throws(BatchFailure) {
            let results = try await sendTogether(rows)
            return results.mayPassInHalves ? await halves(rows) : await namingMatches(results, of: rows)
        } catch {
            guard error.mayPassInHalves else { return rows.map { _ in .failure(error.error) } }
            return await halves(rows)
        }
    }

    private func halves(_ rows: [WriteBatches.Row]) async -> [RowResult] {
        let middle = rows.count / 2
        return await send(Array(rows[..<middle])) + send(Array(rows[middle...]))
    }

    /// Sends rows again that a duplicate rule refused without naming the records: the answer to a single row names them.
    private func namingMatches(_ results: [RowResult], of rows: [WriteBatches.Row]) async -> [RowResult] {
        var results = results
        for (index, row) in rows.enumerated() {
            guard case .failure(let error) = results[index], error.isDuplicatesDetected, error.duplicateMatches.isEmpty
            else { continue }
            results[index] = await send(row)
        }
        return results
    }

    /// A single row has a resource of its own, which takes what a batch refuses.
    private func send(_ row: WriteBatches.Row) async -> RowResult {
        row.sent(Self.makeRequestID())
        do throws(SalesforceError) {
            switch target.kind {
            case .upsert(let field):
                let result = try await salesforce.upsert(
                    target.object,
                    externalID: field,
                    value: row.key ?? "",
                    fields: row.fields,
                    options: target.options
                )
                return await checked(result, field, row)
            case .update where row.isChecked && combines:
                return .success(
                    try await salesforce.updateLead(id: row.key ?? "", fields: row.fields, options: target.options)
                )
            case .update:
                let result = try await salesforce.update(
                    target.object,
                    id: row.key ?? "",
                    fields: row.fields,
                    options: target.options
                )
                return await checked(result, "Id", row)
            case .create:
                return .success(
                    try await salesforce.create(target.object, fields: row.fields, options: target.options)
                )
            }
        } catch {
            return .failure(error)
        }
    }

    /// A Lead that was converted since it was looked up would be a dead record.
    private func checked(_ result: WriteResult, _ field: String, _ row: WriteBatches.Row) async -> RowResult {
        guard row.isChecked, case .updated = result.outcome,
            await salesforce.isConvertedLead(field, row.key ?? "")
        else { return .success(result) }
        return .failure(.writtenToConvertedLead)
    }

    private func sendTogether(_ rows: [WriteBatches.Row]) async throws(BatchFailure) -> [RowResult] {
        let requestID = Self.makeRequestID()
        for row in rows { row.sent(requestID) }
        switch target.kind {
        case .upsert(let field) where target.object == .lead:
            return try await salesforce.upsertLeads(
                externalID: field,
                rows: rows.map { UpsertRow(key: $0.key ?? "", fields: $0.fields) },
                options: target.options
            )
        case .update where target.object == .lead:
            return try await salesforce.updateLeads(
                rows: rows.map { UpdateRow(id: $0.key ?? "", fields: $0.fields) },
                options: target.options
            )
        case .upsert(let field):
            return try await salesforce.upsert(
                target.object,
                externalID: field,
                rows: rows.map { UpsertRow(key: $0.key ?? "", fields: $0.fields) },
                options: target.options
            )
        case .update:
            return try await salesforce.update(
                target.object,
                rows: rows.map { UpdateRow(id: $0.key ?? "", fields: $0.fields) },
                options: target.options
            )
        case .create:
            return try await salesforce.create(target.object, rows: rows.map(\.fields), options: target.options)
        }
    }
    /// Our own name for one HTTP request: Salesforce gives none.
    private static func makeRequestID() -> String { UUID().uuidString.lowercased() }
}
