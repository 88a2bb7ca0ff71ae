import Model
import Planning
import Salesforce
import Time

/// Finds every Lead and Contact that is a person, before anything is written.
struct RecordResolver: Sendable {
    let salesforce: SalesforceClient
    let policy: SyncPolicy
    let shape: OrgShape
    let time: any TimeSource

    /// Leads by external id or address, and Contacts by address or by conversion of one of those Leads.
    ///
    /// An opt-out asks for no more than it needs, and does without a field that it can do without: only the log-in or the
    /// object's own `HasOptedOutOfEmail` may hold it.
    ///
    /// - Throws: `SalesforceError`, as the client found it.
    func records(
        emails: [String],
        contactIDs: [String],
        isOptOut: Bool
    ) async throws(SalesforceError) -> SalesforceRecords {
        let planner = Planner(policy: policy)
        let leadFields = isOptOut ? planner.optOutLeadFields : planner.leadFields
        let contactFields = isOptOut ? planner.optOutContactFields : planner.contactFields
        async let leadRows = find(
            .lead,
            select: leadFields,
            emails: emails,
            keyField: policy.fields.contactID,
            keys: contactIDs,
            isOptOut: isOptOut
        )
        async let contactRows = find(
            .contact,
            select: contactFields,
            emails: emails,
            keyField: nil,
            keys: [],
            isOptOut: isOptOut
        )
        let leads: [SalesforceRecord]
        var contacts: [SalesforceRecord]
        do {
            leads = try await leadRows
            contacts = try await contactRows
        } catch let error as SalesforceError {
            throw error
        } catch {
            throw .unanswered(reason: "the look-up was cancelled")
        }
        // A callback may carry the contact id alone: then the address that the Lead has leads to the person's other records.
        let addresses = emails.isEmpty ? Set(leads.compactMap { $0.fields["Email"]?.string?.lowercased() }) : []
        if !addresses.isEmpty {
            return try await records(emails: addresses.sorted(), contactIDs: contactIDs, isOptOut: isOptOut)
        }
        // A converted Lead's Contact may have another address by now.
        let converted = Set(leads.compactMap { $0.isConverted ? $0.convertedContactID : nil })
            .subtracting(contacts.map(\.id)).sorted()
        if !converted.isEmpty, !isOptOut {
            contacts += try await find(
                .contact,
                select: contactFields,
                emails: [],
                keyField: "Id",
                keys: converted,
                isOptOut: isOptOut
            )
        }
        return SalesforceRecords(leads: leads.sorted { $0.id < $1.id }, contacts: contacts.sorted { $0.id < $1.id })
    }

    /// Reads back which of the records have the opt-out flag set; a record that is gone is absent.
    func optOutFlags(_ object: SalesforceObject, ids: [String]) async throws(SalesforceError) -> [String: Bool] {
        var flags: [String: Bool] = [:]
        for chunk in ids.chunked(by: Self.keysPerQuery) {
            let list = chunk.map(SOQL.literal).joined(separator: ",")
            let rows = try await salesforce.query(
                "SELECT Id, HasOptedOutOfEmail FROM \(object.rawValue) WHERE Id IN (\(list))"
            )
            for row in rows {
                guard let id = row.fields["Id"]?.string else { continue }
                flags[id] = row.fields["HasOptedOutOfEmail"]?.bool ?? false
            }
        }
        return flags
    }

    private static let keysPerQuery = 50

    private func find(
        _ object: SalesforceObject,
        select: [String],
        emails: [String],
        keyField: String?,
        keys: [String],
        isOptOut: Bool
    ) async throws(SalesforceError) -> [SalesforceRecord] {
        var found: [String: SalesforceRecord] = [:]
        var fields = select
        var keyField = keyField
        let nowBoot = time.read().boot
        let necessity = FieldNecessity(names: policy.fields)
        fields.removeAll { shape.isMissing($0, of: object, nowBoot: nowBoot) }
        let chunks = keys.isEmpty || keyField == nil ? [[]] : keys.chunked(by: Self.keysPerQuery)
        for (index, chunk) in chunks.enumerated() {
            while true {
                var conditions: [String] = []
                if index == 0 { conditions += emails.map { "Email = \(SOQL.literal($0))" } }
                if let keyField, !chunk.isEmpty {
                    conditions.append("\(keyField) IN (\(chunk.map(SOQL.literal).joined(separator: ",")))")
                }
                guard !conditions.isEmpty else { break }
                let names = ["Id"] + fields.filter { $0 != "Id" }
                let soql =
                    "SELECT \(names.joined(separator: ", ")) FROM \(object.rawValue) "
                    + "WHERE \(conditions.joined(separator: " OR "))"
                do {
                    for row in try await salesforce.query(soql) {
                        guard let id = row.fields["Id"]?.string else { continue }
                        found[id] = SalesforceRecord(object: object, id: id, fields: row.fields)
                    }
                    break
                } catch {
                    guard let name = error.missingField, fields.contains(name) || name == keyField,
                        necessity.isOptional(name, of: object) || (isOptOut && name != "HasOptedOutOfEmail")
                    else { throw error }
                    if necessity.isOptional(name, of: object) {
                        shape.remember(missing: name, of: object, nowBoot: nowBoot)
                    }
                    fields.removeAll { $0 == name }
                    if keyField == name { keyField = nil }
                }
            }
        }
        return Array(found.values)
    }
}

extension Array {
    /// The elements in order, in pieces of at most `size`.
    func chunked(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
