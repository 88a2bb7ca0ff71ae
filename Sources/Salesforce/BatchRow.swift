package import Model

/// One row of a batched upsert.
package struct UpsertRow: Hashable, Sendable {
    /// The external id; no other row of the batch may have it, or Salesforce refuses them all.
    package var key: String
    package var fields: [String: FieldValue]

    package init(key: String, fields: [String: FieldValue]) {
        self.key = key
        self.fields = fields
    }
}

/// One row of a batched update.
package struct UpdateRow: Hashable, Sendable {
    /// The record's id; no other row of the batch may have it.
    package var id: String
    package var fields: [String: FieldValue]

    package init(id: String, fields: [String: FieldValue]) {
        self.id = id
        self.fields = fields
    }
}

/// What became of one row of a batch.
///
/// A success has the status that a request of its own would have had: 201 created, 200 updated, 300 for several matches. A
/// failure is `SalesforceError.faults` with the batch's status 200 and the row's own faults, so that its `errorClass`,
/// `missingField` and the rest say what they say of a single request.
package typealias RowResult = Result<WriteResult, SalesforceError>

extension Collection<RowResult> {
    /// Whether no row got through, and one of them may be to blame for all.
    ///
    /// Triggers and flows see the rows of a batch together: one that fails on a single row can take all others with it.
    package var mayPassInHalves: Bool {
        count > 1
            && allSatisfy { result in
                guard case .failure(let error) = result else { return false }
                return error.faults.contains { FaultClassifier.codesOfAutomation.contains($0.code) }
            }
    }
}
