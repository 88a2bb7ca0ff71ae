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
    /// A field that this user can't read holds up nothing but its own writes, so the look-up goes on without it. An opt-out asks
    /// for no more than it needs, and does without everything that it can do without.
    ///
    /// - Parameters:
    ///   - emails: The person's addresses.
    ///   - contactIDs: The person's contacts in GetResponse.
    ///   - isOptOut: Whether the records are to be opted out.
    /// - Returns: What was found, and what could not be looked at.
    func records(emails: [String], contactIDs: [String], isOptOut: Bool) async -> Resolution {
        let planner = Planner(policy: policy)
        let contactFields = isOptOut ? planner.optOutContactFields : planner.contactFields
        async let leadLook = look(
            for: .lead,
            select: isOptOut ? planner.optOutLeadFields : planner.leadFields,
            emails: emails,
            keyField: policy.fields.contactID,
            keys: contactIDs,
            isOptOut: isOptOut
        )
        async let contactLook = look(
            for: .contact,
            select: contactFields,
            emails: emails,
            isOptOut: isOptOut
        )
        let leads = await leadLook
        var contacts = await contactLook
        // A callback may carry the contact id alone: then the address that the Lead has leads to the person's other records.
        let addresses =
            emails.isEmpty ? Set(leads.records.compactMap { $0.fields["Email"]?.string?.lowercased() }) : []
        if !addresses.isEmpty {
            return await records(emails: addresses.sorted(), contactIDs: contactIDs, isOptOut: isOptOut)
        }
        // A converted Lead's Contact may have another address by now.
        let converted = Set(leads.records.compactMap { $0.isConverted ? $0.convertedContactID : nil })
            .subtracting(contacts.records.map(\.id)).sorted()
        if !converted.isEmpty, !isOptOut, contacts.failure == nil {
            let others = await look(
                for: .contact,
                select: contactFields,
                emails: [],
                keyField: "Id",
                keys: converted,
                isOptOut: isOptOut
            )
            contacts.records = (contacts.records + others.records).sorted { $0.id < $1.id }
            contacts.isAnswered = contacts.isAnswered || others.isAnswered
            contacts.hiddenFields.merge(others.hiddenFields) { first, _ in first }
            contacts.failure = others.failure
        }
        return Resolution(leads: leads, contacts: contacts)
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

    /// One object's look-up; whatever stops it is in what it returns.
    private func look(
        for object: SalesforceObject,
        select: [String],
        emails: [String],
        keyField: String? = nil,
        keys: [String] = [],
        isOptOut: Bool
    ) async -> Resolution.Look {
        var look = Resolution.Look()
        var found: [String: SalesforceRecord] = [:]
        let nowBoot = time.read().boot
        var fields = select.filter { !shape.isMissing($0, of: object, nowBoot: nowBoot) }
        var keyField = keyField
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
                do throws(SalesforceError) {
                    for row in try await salesforce.query(soql) {
                        guard let id = row.fields["Id"]?.string else { continue }
                        found[id] = SalesforceRecord(object: object, id: id, fields: row.fields)
                    }
                    look.isAnswered = true
                    break
                } catch {
                    guard let name = error.missingField, fields.contains(name) || name == keyField,
                        isDispensable(name, of: object, isOptOut: isOptOut)
                    else {
                        look.failure = TryFailure(error: error, object: error.missingField == nil ? nil : object)
                        return look
                    }
                    if FieldNecessity(names: policy.fields).isOptional(name, of: object) {
                        shape.remember(missing: name, of: object, nowBoot: nowBoot)
                    } else if !isOptOut || name == Self.flag {
                        look.hiddenFields[name] = "\(error)"
                    }
                    fields.removeAll { $0 == name }
                    if keyField == name { keyField = nil }
                }
            }
        }
        look.records = found.values.sorted { $0.id < $1.id }
        return look
    }

    /// Whether the look-up may go on without the field: what it finds by must stay, or it would make somebody new.
    private func isDispensable(_ name: String, of object: SalesforceObject, isOptOut: Bool) -> Bool {
        isOptOut || !["Email", "IsConverted", "ConvertedContactId", policy.fields.contactID].contains(name)
    }

    private static let flag = "HasOptedOutOfEmail"
}

extension Array {
    /// The elements in order, in pieces of at most `size`.
    func chunked(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
