import Model
import Salesforce

/// Sends the rows of one try: with the next batch, or at once and alone what can't wait for one.
struct RowSender: Sendable {
    let salesforce: SalesforceClient
    let batches: WriteBatches
    /// Whether it must not wait for a batch.
    let isUrgent: Bool
    /// Whether a Lead that was converted since it was looked up must be noticed.
    let isChecked: Bool
    /// Whether the event is still ours for as long as a request may take.
    let isLeased: @Sendable () -> Bool
    let trail: WriteTrail

    func upsert(
        _ object: SalesforceObject,
        externalID field: String,
        value: String,
        fields: [String: FieldValue],
        options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        try await send(object, .upsert(externalID: field), key: value, fields, options)
    }

    func update(
        _ object: SalesforceObject,
        id: String,
        fields: [String: FieldValue],
        options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        try await send(object, .update, key: id, fields, options)
    }

    func create(
        _ object: SalesforceObject,
        fields: [String: FieldValue],
        options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        try await send(object, .create, key: nil, fields, options)
    }

    private func send(
        _ object: SalesforceObject,
        _ kind: WriteBatches.Target.Kind,
        key: String?,
        _ fields: [String: FieldValue],
        _ options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        let target = WriteBatches.Target(object: object, kind: kind, options: options)
        let row = WriteBatches.Row(
            key: key,
            fields: fields,
            isChecked: isChecked,
            isLeased: isLeased,
            sent: trail.note(requestID:)
        )
        guard isUrgent else { return try await batches.write(row, to: target) }
        guard let result = await RowWriter(salesforce: salesforce, target: target).write([row]).first else {
            throw .notSent(reason: "there was nothing to send")
        }
        return try result.get()
    }
}
