extension Schema {
    static func lead(_ configuration: SandboxConfiguration.Salesforce) -> ObjectDescription {
        var object = ObjectDescription(
            name: "Lead",
            label: "Lead",
            labelPlural: "Leads",
            keyPrefix: "00Q",
            fields: identity("Lead") + person + address("") + leadFields + [owner] + conversion + audit
                + getResponseFields(configuration)
        )
        // The system records bounces; unlike on Contact nobody can create a Lead with one.
        for name in ["EmailBouncedReason", "EmailBouncedDate"] { object.change(name) { $0.isCreateable = false } }
        return object
    }

    /// What Lead and Contact have in common.
    static let person: [FieldDescription] = [
        .reference("MasterRecordId", "Master Record ID", to: ["Lead"], relationship: "MasterRecord").readOnly,
        .text("LastName", "Last Name", 80).required,
        .text("FirstName", "First Name", 40),
        .picklist("Salutation", "Salutation", ["Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."], length: 40),
        .text("Name", "Full Name", 121).required.readOnly,
        .text("Title", "Title", 128),
        .text("Phone", "Phone", 40, type: .phone),
        .text("MobilePhone", "Mobile Phone", 40, type: .phone),
        .text("Fax", "Fax", 40, type: .phone),
        .text("Email", "Email", 80, type: .email).idLookup,
        .flag("HasOptedOutOfEmail", "Email Opt Out"),
        .flag("DoNotCall", "Do Not Call"),
        .text("Description", "Description", 32_000, type: .textarea),
        .picklist(
            "LeadSource",
            "Lead Source",
            ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"]
        ),
        .text("EmailBouncedReason", "Email Bounced Reason", 255),
        .value("EmailBouncedDate", "Email Bounced Date", .datetime),
        .reference("IndividualId", "Individual ID", to: ["Individual"], relationship: "Individual"),
    ]

    static func address(_ prefix: String) -> [FieldDescription] {
        let label = prefix.isEmpty ? "" : "\(prefix) "
        return [
            .text("\(prefix)Street", "\(label)Street", 255, type: .textarea),
            .text("\(prefix)City", "\(label)City", 40),
            .text("\(prefix)State", "\(label)State/Province", 80),
            .text("\(prefix)PostalCode", "\(label)Zip/Postal Code", 20),
            .text("\(prefix)Country", "\(label)Country", 80),
        ]
    }

    private static let leadFields: [FieldDescription] = [
        .text("Company", "Company", 255).required,
        .text("Website", "Website", 255, type: .url),
        FieldDescription.picklist(
            "Status",
            "Status",
            ["Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"]
        ).defaulting(to: "Open - Not Contacted"),
        .picklist("Industry", "Industry", ["Agriculture", "Apparel", "Banking", "Consulting", "Education", "Other"]),
        .picklist("Rating", "Rating", ["Hot", "Warm", "Cold"]),
        FieldDescription(name: "AnnualRevenue", label: "Annual Revenue", type: .currency, precision: 18),
        FieldDescription(name: "NumberOfEmployees", label: "Employees", type: .int, precision: 8),
        .flag("IsUnreadByOwner", "Unread By Owner"),
    ]

    private static let conversion: [FieldDescription] = [
        .flag("IsConverted", "Converted").createOnly,
        .value("ConvertedDate", "Converted Date", .date).readOnly,
        .reference("ConvertedAccountId", "Converted Account ID", to: ["Account"], relationship: "ConvertedAccount")
            .readOnly,
        .reference("ConvertedContactId", "Converted Contact ID", to: ["Contact"], relationship: "ConvertedContact")
            .readOnly,
        .reference(
            "ConvertedOpportunityId",
            "Converted Opportunity ID",
            to: ["Opportunity"],
            relationship: "ConvertedOpportunity"
        ).readOnly,
    ]
}
