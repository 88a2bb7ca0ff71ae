import Sandbox

/// A person's records in Salesforce before anything was told.
struct HistoryStanding {
    /// In the order of their making.
    private(set) var records: [HistoryReference.Record] = []

    init(_ person: History.Person, in sandbox: Sandbox) throws {
        let org = sandbox.salesforce
        let name: [String: JSON] = ["FirstName": "Old", "LastName": "Name", "Company": "Old Co"]
        let address: [String: JSON] = ["Email": .string(person.email)]
        let own: [String: JSON] = ["GetResponse_Contact_ID__c": .string(person.contacts[0].id)]
        let elsewhere: [String: JSON] = ["Email": .string("elsewhere.\(person.email)")]
        func lead(_ values: [String: JSON]...) throws -> String {
            try org.insert("Lead", values.reduce(name) { $0.merging($1) { $1 } })
        }
        func contact() throws -> String {
            try org.insert("Contact", ["LastName": "Lee"].merging(address) { $1 })
        }
        let ids: [String]
        switch person.standing {
        case .nothing: ids = []
        case .lead: ids = [try lead(address)]
        case .bareLead:
            let bare: [String: JSON] = ["FirstName": nil, "LastName": "Unknown", "Company": "acme.example"]
            ids = [try lead(bare, ["Email": .string(person.email.uppercased())])]
        case .ownLead: ids = [try lead(address, own, ["GetResponse_Tags__c": "old, vip"])]
        case .ownLeadElsewhere: ids = [try lead(elsewhere, own)]
        case .twoLeads: ids = [try lead(address), try lead(address, own)]
        case .contact: ids = [try contact()]
        case .contactAndLead: ids = [try contact(), try lead(address)]
        case .converted, .convertedElsewhere:
            let id = try lead(address, own)
            let contact = try org.convertLead(id)
            if person.standing == .convertedElsewhere { try org.change(contact, elsewhere) }
            ids = [id, contact]
        }
        records = ids.compactMap { org.row($0) }.map(HistoryReference.Record.init)
        if person.standing == .converted || person.standing == .convertedElsewhere { records[0].contact = 1 }
    }
}

extension HistoryReference.Record {
    /// A record as the org holds it.
    init(_ row: SalesforceRow) {
        self.init(object: row.object, id: row.id, fields: [:], isConverted: row["IsConverted"].bool ?? false)
        for field in Self.owned {
            let value: String? = row[field].string
            if let value, !value.isEmpty { fields[field] = value }
        }
    }

    /// The fields that the mapping writes, but for the opt-out itself.
    static let owned = [
        "FirstName", "LastName", "Company", "Title", "Email", "LeadSource", "Status", "Rating",
        "GetResponse_Contact_ID__c", "GetResponse_List_ID__c", "GetResponse_Tags__c",
        "GetResponse_Subscription_Date__c", "GetResponse_Last_Email_Opened__c", "Last_Unsubscribe_Date__c",
    ]
}
