import Model
import Planning
import Salesforce
import Time

/// Logs an open or a click exactly once.
///
/// With a unique key field on Activity the key decides. An org without one has only the look before the write: the same
/// subject and description for the same person count as the same Task. That guarantee is weaker, and README says so.
struct TaskWriter: Sendable {
    let salesforce: SalesforceClient
    let rows: RowSender
    let shape: OrgShape
    let tasks: TaskPolicy
    let time: any TimeSource

    func write(
        _ fields: [String: FieldValue],
        keyField: String,
        key: String,
        options: WriteOptions,
        beforeCreating: () async throws(SalesforceError) -> Void
    ) async throws(SalesforceError) -> WriteResult {
        let nowBoot = time.read().boot
        if !shape.isMissing(keyField, of: .task, nowBoot: nowBoot) {
            do {
                return try await rows.upsert(
                    .task,
                    externalID: keyField,
                    value: key,
                    fields: fields,
                    options: options
                )
            } catch {
                // Some orgs answer the bare NOT_FOUND for a field that is no external id.
                guard error.missingField == keyField || error.faults.contains(where: { $0.code == "NOT_FOUND" })
                else { throw error }
                shape.remember(missing: keyField, of: .task, nowBoot: nowBoot)
            }
        }
        if let existing = try await existingTask(fields) {
            return WriteResult(outcome: .updated(id: existing), status: 200)
        }
        try await beforeCreating()
        return try await rows.create(.task, fields: fields, options: options)
    }

    private func existingTask(_ fields: [String: FieldValue]) async throws(SalesforceError) -> String? {
        guard let who = fields["WhoId"]?.string, let subject = fields["Subject"]?.string,
            let description = fields["Description"]?.string
        else { return nil }
        let name = TaskSubject.withoutTime(subject)
        // Wildcards in the name only make it find more, which is compared below.
        let rows = try await salesforce.query(
            "SELECT Id, Subject, Description FROM Task WHERE WhoId = \(SOQL.literal(who)) "
                + "AND Subject LIKE \(SOQL.literal(name + "%"))"
        )
        // Description can't be filtered on in SOQL; it holds the time of the event.
        let wanted = identity(of: description, subject: name)
        let found = rows.first { row in
            row.fields["Subject"]?.string.map(TaskSubject.withoutTime) == name
                && row.fields["Description"]?.string.map { identity(of: $0, subject: name) } == wanted
        }
        return found?.fields["Id"]?.string
    }

    /// What of a description tells Tasks of one subject apart: of an open or click that is one Task for ever not its time.
    private func identity(of description: String, subject: String) -> Substring {
        // A subject that names no message is that of any.
        guard subject.contains(": ") else { return description[...] }
        for (word, action) in [("Opened: ", Action.open), ("Clicked: ", .click)]
        where tasks.frequency(of: action) == .once && description.hasPrefix(word) {
            return description.drop { !$0.isNewline }
        }
        return description[...]
    }
}
