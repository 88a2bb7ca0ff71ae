import Model
import Planning

extension Timestamp {
    static let receipt = Timestamp(milliseconds: 1_776_763_500_000)
}

extension ContactDetails {
    /// The contact of the guide's Phase 1.
    static let jane = ContactDetails(
        contactID: "xyz789abc",
        email: "jane.doe@acme.example",
        name: "Jane Doe",
        listID: "abc123def",
        listName: "Q2 2026 Nurture List",
        createdOn: Timestamp(text: "2026-04-21T09:15:00+0000"),
        tags: ["webinar_registrant"],
        customFields: ["company": ["Acme Corporation"], "job_title": ["VP of Engineering"]]
    )
}

extension PlanningInput {
    /// An event of the contact in `payload`, received at a fixed time.
    static func event(
        _ action: Action,
        _ payload: EventPayload,
        records: SalesforceRecords = SalesforceRecords(),
        profile: ContactDetails? = nil,
        isOptedOut: Bool = false
    ) -> PlanningInput {
        let contact = payload.contact
        return PlanningInput(
            action: action,
            payload: payload,
            source: .getresponse,
            person: contact.email.flatMap(Person.init(email:)) ?? contact.contactID.map(Person.init(contactID:)),
            contactID: contact.contactID,
            listID: contact.listID,
            occurredAt: payload.providerTime ?? (action == .subscribe ? contact.createdOn : nil) ?? .receipt,
            receivedAt: .receipt,
            profile: profile,
            records: records,
            isOptedOut: isOptedOut
        )
    }

    /// A subscribe of `contact`.
    static func subscribe(
        _ contact: ContactDetails = .jane,
        records: SalesforceRecords = SalesforceRecords(),
        isOptedOut: Bool = false
    ) -> PlanningInput {
        event(.subscribe, EventPayload(contact: contact), records: records, isOptedOut: isOptedOut)
    }
}

extension SalesforceRecord {
    /// A Lead as the planner's own query returns it, with `fields` over what an empty one holds.
    static func lead(_ id: String = "00Q000000000001AAA", _ fields: [String: FieldValue] = [:]) -> SalesforceRecord {
        var all = Dictionary(
            uniqueKeysWithValues: Planner(policy: SyncPolicy()).leadFields.map { ($0, FieldValue.null) }
        )
        all["HasOptedOutOfEmail"] = false
        all["IsConverted"] = false
        all["LastName"] = "Doe"
        all["Company"] = "Acme Corporation"
        return SalesforceRecord(object: .lead, id: id, fields: all.merging(fields) { _, new in new })
    }

    /// A Lead with the external id `contactID`.
    static func ownLead(_ fields: [String: FieldValue] = [:]) -> SalesforceRecord {
        lead("00Q000000000001AAA", ["GetResponse_Contact_ID__c": "xyz789abc"].merging(fields) { _, new in new })
    }

    /// A Contact as the planner's own query returns it.
    static func contact(_ id: String = "003000000000001AAA", _ fields: [String: FieldValue] = [:]) -> SalesforceRecord {
        var all = Dictionary(
            uniqueKeysWithValues: Planner(policy: SyncPolicy()).contactFields.map { ($0, FieldValue.null) }
        )
        all["HasOptedOutOfEmail"] = false
        all["LastName"] = "Doe"
        return SalesforceRecord(object: .contact, id: id, fields: all.merging(fields) { _, new in new })
    }
}

extension SalesforceRecords {
    /// These records after `effects` were written, so that a plan can be run again.
    func applying(_ effects: [EffectIntent], idField: String = "GetResponse_Contact_ID__c") -> SalesforceRecords {
        var result = self
        for effect in effects {
            switch effect.target {
            case .record(let id):
                result.leads = result.leads.map { $0.id == id ? $0.writing(effect.fields) : $0 }
                result.contacts = result.contacts.map { $0.id == id ? $0.writing(effect.fields) : $0 }
            case .new where effect.object == .lead:
                result.leads.append(.lead("00Q8", effect.fields))
            case .externalID(let field, let value) where field == idField:
                if let index = result.leads.firstIndex(where: { $0.fields[field] == .string(value) && !$0.isConverted })
                {
                    result.leads[index] = result.leads[index].writing(effect.fields)
                } else {
                    result.leads.append(.lead("00Q9", effect.fields.merging([field: .string(value)]) { own, _ in own }))
                }
            case .externalID, .new:
                break
            }
        }
        return result
    }
}

extension SalesforceRecord {
    fileprivate func writing(_ values: [String: FieldValue]) -> SalesforceRecord {
        SalesforceRecord(object: object, id: id, fields: fields.merging(values) { _, new in new })
    }
}
