package import Model

/// Writes of Leads that tell at once whether one of them is converted.
///
/// A Lead can be converted between the look-up and the write. Most users are refused then; one with the permission to edit
/// converted Leads writes to a dead record, and nobody would notice. So a query for converted ones goes along in the same API
/// call, and such a row fails as it would for anybody else: `CANNOT_UPDATE_CONVERTED_LEAD`.
extension SalesforceClient {
    /// Creates or updates Leads by their external id, and looks which of them are converted.
    ///
    /// - Parameters:
    ///   - field: The external id field.
    ///   - rows: At most 200; none costs no request.
    ///   - options: The headers.
    /// - Returns: One result a row, in their order.
    /// - Throws: `BatchFailure`, as the write alone would have thrown it.
    package func upsertLeads(
        externalID field: String,
        rows: [UpsertRow],
        options: WriteOptions = WriteOptions()
    ) async throws(BatchFailure) -> [RowResult] {
        guard !rows.contains(where: { $0.key.isReference || $0.fields.holdReference }) else {
            let results = try await upsert(.lead, externalID: field, rows: rows, options: options)
            return await checked(results, keys: rows.map(\.key), field: field)
        }
        let operation = CompositeOperation.upsertRows(.lead, externalID: field, rows: rows, options: options)
        return try await write(operation, keys: rows.map(\.key), field: field)
    }

    /// Updates Leads by their record ids, and looks which of them are converted.
    ///
    /// - Parameters:
    ///   - rows: At most 200; none costs no request.
    ///   - options: The headers.
    /// - Returns: One result a row, in their order.
    /// - Throws: `BatchFailure`, as the write alone would have thrown it.
    package func updateLeads(
        rows: [UpdateRow],
        options: WriteOptions = WriteOptions()
    ) async throws(BatchFailure) -> [RowResult] {
        guard !rows.contains(where: { $0.fields.holdReference }) else {
            let results = try await update(.lead, rows: rows, options: options)
            return await checked(results, keys: rows.map(\.id), field: "Id")
        }
        return try await write(.updateRows(.lead, rows: rows, options: options), keys: rows.map(\.id), field: "Id")
    }

    /// Updates one Lead by its record id, and looks whether it is converted.
    ///
    /// - Parameters:
    ///   - id: The record id.
    ///   - fields: Values by API name.
    ///   - options: The headers.
    /// - Returns: What it did.
    /// - Throws: `SalesforceError`, as the update alone would have thrown it.
    package func updateLead(
        id: String,
        fields: [String: FieldValue],
        options: WriteOptions = WriteOptions()
    ) async throws(SalesforceError) -> WriteResult {
        guard let soql = Self.convertedLeads("Id", [id]), !fields.holdReference else {
            let result = try await update(.lead, id: id, fields: fields, options: options)
            guard await !isConvertedLead("Id", id) else { throw .writtenToConvertedLead }
            return result
        }
        let answers: [Result<CompositeAnswer, SalesforceError>]
        do throws(BatchFailure) {
            answers = try await composite([.update(.lead, id: id, fields: fields, options: options), .query(soql)])
        } catch {
            throw error.error
        }
        guard case .write(let result)? = try answers.first?.get() else {
            throw .lostAnswer(reason: "a composite answer without its first part")
        }
        if case .success(.rows(let rows)) = answers[1], !rows.isEmpty { throw .writtenToConvertedLead }
        return result
    }

    /// Says whether a Lead that has just been updated is converted; no answer counts as no.
    ///
    /// - Parameters:
    ///   - field: `Id`, or the external id field.
    ///   - key: Its value.
    /// - Returns: Whether the write went to a dead record.
    package func isConvertedLead(_ field: String, _ key: String) async -> Bool {
        guard let soql = Self.convertedLeads(field, [key]) else { return false }
        return await !((try? query(soql)) ?? []).isEmpty
    }

    private func write(
        _ operation: CompositeOperation,
        keys: [String],
        field: String
    ) async throws(BatchFailure) -> [RowResult] {
        let soql = Self.convertedLeads(field, keys)
        let answers = try await composite([operation] + (soql.map { [.query($0)] } ?? []))
        let written: CompositeAnswer?
        do throws(SalesforceError) {
            written = try answers.first?.get()
        } catch {
            if case .lostAnswer = error { throw .everyRowUnknown(error) }
            throw BatchFailure(refusal: error, isRepeatable: true)
        }
        guard case .batch(let results) = written else { return [] }
        guard answers.count > 1, case .success(.rows(let rows)) = answers[1] else { return results }
        return Self.marked(results, keys: keys, converted: Self.keys(field, rows))
    }

    private func checked(_ results: [RowResult], keys: [String], field: String) async -> [RowResult] {
        guard let soql = Self.convertedLeads(field, keys), let rows = try? await query(soql) else { return results }
        return Self.marked(results, keys: keys, converted: Self.keys(field, rows))
    }

    private static func convertedLeads(_ field: String, _ keys: [String]) -> String? {
        SOQL.list(keys.filter { !$0.isEmpty }).map {
            "SELECT \(field) FROM Lead WHERE IsConverted = true AND \(field) IN \($0)"
        }
    }

    private static func keys(_ field: String, _ rows: [SalesforceRow]) -> Set<String> {
        Set(rows.compactMap { $0.fields[field]?.string.map { comparable($0, field) } })
    }

    private static func marked(_ results: [RowResult], keys: [String], converted: Set<String>) -> [RowResult] {
        guard !converted.isEmpty else { return results }
        return zip(results, keys).map { result, key in
            guard case .success = result, converted.contains(key) || converted.contains(String(key.prefix(15))) else {
                return result
            }
            return .failure(.writtenToConvertedLead)
        }
    }

    /// The last three of a record id's 18 characters are only a checksum; external ids differ by every character.
    private static func comparable(_ key: String, _ field: String) -> String {
        field == "Id" ? String(key.prefix(15)) : key
    }
}

extension SalesforceError {
    /// What the write would have met without the permission to edit converted Leads.
    package static let writtenToConvertedLead = SalesforceError.faults(
        status: 400,
        [
            APIFault(
                code: "CANNOT_UPDATE_CONVERTED_LEAD",
                message: "the Lead was converted between the look-up and the write",
                fields: []
            )
        ],
        retryAfter: nil
    )
}

extension String {
    /// Whether Salesforce would take something in it for a reference to another part of a composite.
    fileprivate var isReference: Bool { contains("@{") }
}

extension [String: FieldValue] {
    fileprivate var holdReference: Bool { values.contains { $0.string?.isReference ?? false } }
}
