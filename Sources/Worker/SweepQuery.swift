import Journal
import Model
import Salesforce

/// What a stage of a sweep asks Salesforce, and how it reads the answer.
struct SweepQuery: Sendable {
    let stage: SweepStage
    /// The Lead's field with the contact's id in GetResponse; empty where there is none.
    let contactIDField: String

    /// The records of the stage that may be mailed, the ones that changed first coming first.
    ///
    /// - Parameter begin: Only those that changed at that time or later; nil for all.
    /// - Returns: The query.
    func soql(since begin: Timestamp?) -> String {
        var conditions = filter
        if let begin { conditions.append("SystemModstamp >= \(begin.iso8601)") }
        return "SELECT \(fields.joined(separator: ", ")) FROM \(object) WHERE \(conditions.joined(separator: " AND ")) "
            + "ORDER BY SystemModstamp"
    }

    /// A row of the answer; nil for one without an id or time, which Salesforce never gives.
    func record(_ row: SalesforceRow) -> SweptRecord? {
        let id = stage == .conversions ? row.fields["ConvertedContactId"]?.string : row.id
        guard let id, let changedAt = row.fields["SystemModstamp"]?.string.flatMap({ Timestamp(text: $0) }) else {
            return nil
        }
        return SweptRecord(
            object: stage == .leads ? .lead : .contact,
            recordID: id,
            email: row.fields["Email"]?.string,
            contactID: contactIDField.isEmpty ? nil : row.fields[contactIDField]?.string,
            changedAt: changedAt,
            stateAt: row.fields["ConvertedContact.SystemModstamp"]?.string.flatMap { Timestamp(text: $0) }
        )
    }

    private var object: String {
        stage == .contacts ? SalesforceObject.contact.rawValue : SalesforceObject.lead.rawValue
    }

    private var fields: [String] {
        var fields = ["Id", "Email", "SystemModstamp"]
        if stage == .conversions { fields += ["ConvertedContactId", "ConvertedContact.SystemModstamp"] }
        if stage != .contacts, !contactIDField.isEmpty { fields.append(contactIDField) }
        return fields
    }

    private var filter: [String] {
        switch stage {
        case .leads: ["IsConverted = false", "HasOptedOutOfEmail = false"]
        case .conversions: ["IsConverted = true", "ConvertedContact.HasOptedOutOfEmail = false"]
        case .contacts: ["HasOptedOutOfEmail = false"]
        }
    }
}
