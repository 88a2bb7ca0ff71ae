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
    private let batches: BatchQueue<PeopleBatch.Question, Resolution>

    init(
        salesforce: SalesforceClient,
        configuration: WorkerConfiguration,
        shape: OrgShape,
        time: any TimeSource
    ) {
        self.salesforce = salesforce
        self.policy = configuration.policy
        self.shape = shape
        self.time = time
        let people = PeopleBatch(salesforce: salesforce, policy: policy, shape: shape, time: time)
        batches = BatchQueue(
            limit: configuration.batchSize,
            linger: configuration.batchLinger,
            time: time,
            cancelled: { _ in
                let failure = TryFailure(error: .unanswered(reason: "the look-up was cancelled"))
                return Resolution(leads: .init(failure: failure), contacts: .init(failure: failure))
            },
            carryOut: people.find
        )
    }

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
        var found = await find(PeopleBatch.Question(emails: emails, keys: contactIDs), isOptOut: isOptOut)
        // A callback may carry the contact id alone: then the address that the Lead has leads to the person's other records.
        let addresses =
            emails.isEmpty ? Set(found.leads.records.compactMap { $0.fields["Email"]?.string?.lowercased() }) : []
        if !addresses.isEmpty {
            return await records(emails: addresses.sorted(), contactIDs: contactIDs, isOptOut: isOptOut)
        }
        // A converted Lead's Contact may have another address by now.
        let converted = Set(found.leads.records.compactMap { $0.isConverted ? $0.convertedContactID : nil })
            .subtracting(found.contacts.records.map(\.id)).sorted()
        if !converted.isEmpty, !isOptOut, found.contacts.failure == nil {
            let others = await find(PeopleBatch.Question(contactIDs: converted), isOptOut: isOptOut).contacts
            found.contacts.records = (found.contacts.records + others.records).sorted { $0.id < $1.id }
            found.contacts.isAnswered = found.contacts.isAnswered || others.isAnswered
            found.contacts.hiddenFields.merge(others.hiddenFields) { first, _ in first }
            found.contacts.failure = others.failure
        }
        return found
    }

    /// An opt-out asks by itself, and both questions at once: it waits for no batch.
    private func find(_ question: PeopleBatch.Question, isOptOut: Bool) async -> Resolution {
        guard isOptOut else { return await batches.ask(question) }
        let planner = Planner(policy: policy)
        async let leads = look(
            for: .lead,
            select: planner.optOutLeadFields,
            emails: question.emails,
            keyField: policy.fields.contactID,
            keys: question.keys
        )
        async let contacts = look(for: .contact, select: planner.optOutContactFields, emails: question.emails)
        return await Resolution(leads: leads, contacts: contacts)
    }

    /// The records that a duplicate rule named, as far as this user may read them.
    func records(named matches: [APIFault.Match]) async -> Resolution {
        let planner = Planner(policy: policy)
        func ids(_ object: SalesforceObject, _ prefix: String) -> [String] {
            matches.filter { ($0.object ?? "").isEmpty ? $0.id.hasPrefix(prefix) : $0.object == object.rawValue }
                .map(\.id)
        }
        let leadIDs = ids(.lead, "00Q")
        let contactIDs = ids(.contact, "003")
        async let leads = look(for: .lead, select: planner.leadFields, emails: [], keyField: "Id", keys: leadIDs)
        async let contacts =
            look(for: .contact, select: planner.contactFields, emails: [], keyField: "Id", keys: contactIDs)
        return await Resolution(leads: leads, contacts: contacts)
    }

    /// What a read-back of an opt-out shows.
    enum OptOutFlag: Sendable {
        case set
        case notSet
        /// The Lead was converted since it was looked up: the flag is on a dead record, and its Contact may be mailed.
        case converted
    }

    /// Reads back which of the records have the opt-out flag set; a record that is gone is absent.
    func optOutFlags(_ object: SalesforceObject, ids: [String]) async throws(SalesforceError) -> [String: OptOutFlag] {
        var flags: [String: OptOutFlag] = [:]
        let fields = object == .lead ? "Id, HasOptedOutOfEmail, IsConverted" : "Id, HasOptedOutOfEmail"
        for chunk in ids.chunked(by: Self.keysPerQuery) {
            let list = chunk.map(SOQL.literal).joined(separator: ",")
            let rows = try await salesforce.query("SELECT \(fields) FROM \(object.rawValue) WHERE Id IN (\(list))")
            for row in rows {
                guard let id = row.fields["Id"]?.string else { continue }
                let isSet = row.fields["HasOptedOutOfEmail"]?.bool ?? false
                flags[id] = row.fields["IsConverted"]?.bool == true ? .converted : isSet ? .set : .notSet
            }
        }
        return flags
    }

    /// How records were left, by record id; one that somebody else changed last is absent.
    func versions(
        of object: SalesforceObject,
        ids: [String],
        user: String
    ) async throws(SalesforceError) -> [String: RecordVersion] {
        var versions: [String: RecordVersion] = [:]
        let fields = (["Id"] + RecordVersion.fields).joined(separator: ", ")
        for chunk in ids.chunked(by: Self.keysPerQuery) {
            guard let list = SOQL.list(chunk) else { continue }
            for row in try await salesforce.query("SELECT \(fields) FROM \(object.rawValue) WHERE Id IN \(list)") {
                guard let id = row.fields["Id"]?.string else { continue }
                versions[id] = RecordVersion(row.fields, ownedBy: user)
            }
        }
        return versions
    }

    private static let keysPerQuery = 50

    /// One object's look-up for an opt-out; whatever stops it is in what it returns.
    private func look(
        for object: SalesforceObject,
        select: [String],
        emails: [String],
        keyField: String? = nil,
        keys: [String] = []
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
                    guard let name = error.missingField, fields.contains(name) || name == keyField else {
                        look.failure = TryFailure(error: error, object: error.missingField == nil ? nil : object)
                        return look
                    }
                    if FieldNecessity(names: policy.fields).isOptional(name, of: object) {
                        shape.remember(missing: name, of: object, nowBoot: nowBoot)
                    } else if name == Self.flag {
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

    private static let flag = "HasOptedOutOfEmail"
}

extension Array {
    /// The elements in order, in pieces of at most `size`.
    func chunked(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
