/// The objects of the emulated org, after real describes (CumulusCI's recordings of Lead, Contact, Account; the object
/// reference for the rest), and the custom fields that LeadRelay's documents name.
struct Schema: Sendable {
    private var objects: [String: ObjectDescription]
    /// Names in the order of a global describe.
    let names: [String]

    init(_ configuration: SandboxConfiguration.Salesforce) {
        var all = [
            Self.account, Self.campaign, Self.campaignMember, Self.campaignMemberStatus, Self.contact(configuration),
            Self.lead(configuration), Self.task(configuration),
        ]
        for position in all.indices {
            let object = all[position].name
            for field in all[position].fields {
                if configuration.restrictedPicklists.contains("\(object).\(field.name)") {
                    all[position].change(field.name) { $0.isRestrictedPicklist = true }
                }
                let isOptional = SandboxConfiguration.Salesforce.allOptionalFields.contains("\(object).\(field.name)")
                if isOptional, !configuration.optionalFields.contains("\(object).\(field.name)") {
                    all[position].remove(field.name)
                }
            }
        }
        names = all.map(\.name)
        objects = Dictionary(uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })
    }

    /// The object with this name in any case.
    subscript(name: String) -> ObjectDescription? {
        get { objects[name.lowercased()] }
        set { objects[name.lowercased()] = newValue }
    }

    /// The object that an id belongs to, by its first three characters.
    func object(ofID id: String) -> ObjectDescription? {
        objects.values.first { id.hasPrefix($0.keyPrefix) }
    }

    /// Fields that every object has in front.
    static func identity(_ label: String) -> [FieldDescription] {
        [
            FieldDescription(
                name: "Id",
                label: "\(label) ID",
                type: .id,
                length: 18,
                isNillable: false,
                isDefaultedOnCreate: true,
                isIDLookup: true
            ).readOnly,
            .flag("IsDeleted", "Deleted").readOnly,
        ]
    }

    static let owner = FieldDescription.reference("OwnerId", "Owner ID", to: ["Group", "User"], relationship: "Owner")
        .defaulting(to: .string(RecordID.runAsUser))

    /// Fields that Salesforce keeps on every object.
    static let audit: [FieldDescription] = [
        .value("CreatedDate", "Created Date", .datetime).defaulting(to: .null).readOnly,
        .reference("CreatedById", "Created By ID", to: ["User"], relationship: "CreatedBy")
            .defaulting(to: .string(RecordID.runAsUser)).readOnly,
        .value("LastModifiedDate", "Last Modified Date", .datetime).defaulting(to: .null).readOnly,
        .reference("LastModifiedById", "Last Modified By ID", to: ["User"], relationship: "LastModifiedBy")
            .defaulting(to: .string(RecordID.runAsUser)).readOnly,
        .value("SystemModstamp", "System Modstamp", .datetime).defaulting(to: .null).readOnly,
    ]

    /// The fields that carry GetResponse's own data, alike on Lead and Contact.
    static func getResponseFields(_ configuration: SandboxConfiguration.Salesforce) -> [FieldDescription] {
        [
            FieldDescription.text("GetResponse_Contact_ID__c", "GetResponse Contact ID", 50).externalID(
                unique: configuration.externalIDsAreUnique,
                caseSensitive: configuration.externalIDsAreCaseSensitive
            ),
            .text("GetResponse_List_ID__c", "GetResponse List ID", 50),
            .text("GetResponse_Tags__c", "GetResponse Tags", configuration.tagsFieldLength, type: .textarea),
            .value("GetResponse_Subscription_Date__c", "GetResponse Subscription Date", .datetime),
            .value("GetResponse_Last_Email_Opened__c", "GetResponse Last Email Opened", .datetime),
            .value("Last_Unsubscribe_Date__c", "Last Unsubscribe Date", .datetime),
            .number("GetResponse_Score__c", "GetResponse Score"),
        ]
    }
}
