extension Schema {
    static func contact(_ configuration: SandboxConfiguration.Salesforce) -> ObjectDescription {
        var object = ObjectDescription(
            name: "Contact",
            label: "Contact",
            labelPlural: "Contacts",
            keyPrefix: "003",
            fields: identity("Contact")
                + [.reference("AccountId", "Account ID", to: ["Account"], relationship: "Account")] + person
                + address("Mailing")
                + [.text("Department", "Department", 80), .value("Birthdate", "Birthdate", .date), owner] + audit
                + getResponseFields(configuration)
        )
        object.change("MasterRecordId") { $0.referenceTo = ["Contact"] }
        object.change("OwnerId") { $0.referenceTo = ["User"] }
        object.change("Phone") { $0.label = "Business Phone" }
        object.change("Fax") { $0.label = "Business Fax" }
        object.change("Description") { $0.label = "Contact Description" }
        return object
    }

    static let account: ObjectDescription = {
        var object = ObjectDescription(
            name: "Account",
            label: "Account",
            labelPlural: "Accounts",
            keyPrefix: "001",
            fields: identity("Account") + [
                .text("Name", "Account Name", 255).required,
                .picklist("Type", "Account Type", ["Prospect", "Customer - Direct", "Other"], length: 40),
                .text("Phone", "Account Phone", 40, type: .phone),
                .text("AccountNumber", "Account Number", 40),
                .text("Website", "Website", 255, type: .url),
                .picklist("Industry", "Industry", ["Agriculture", "Banking", "Consulting", "Education"], length: 40),
                .text("Description", "Account Description", 32_000, type: .textarea),
                FieldDescription(name: "NumberOfEmployees", label: "Employees", type: .int, precision: 8),
            ] + address("Billing") + [owner] + audit
        )
        object.change("OwnerId") { $0.referenceTo = ["User"] }
        return object
    }()

    static func task(_ configuration: SandboxConfiguration.Salesforce) -> ObjectDescription {
        ObjectDescription(
            name: "Task",
            label: "Task",
            labelPlural: "Tasks",
            keyPrefix: "00T",
            fields: identity("Activity") + [
                .reference("WhoId", "Name ID", to: ["Contact", "Lead"], relationship: "Who"),
                .reference("WhatId", "Related To ID", to: ["Account", "Campaign"], relationship: "What"),
                .text("Subject", "Subject", 255, type: .combobox),
                .value("ActivityDate", "Due Date Only", .date),
                FieldDescription.picklist(
                    "Status",
                    "Status",
                    ["Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"],
                    length: 40
                ).defaulting(to: "Not Started"),
                FieldDescription.picklist("Priority", "Priority", ["High", "Normal", "Low"], length: 40)
                    .defaulting(to: "Normal"),
                .text("Description", "Description", 32_000, type: .textarea),
                .picklist("Type", "Type", ["Call", "Email", "Meeting", "Other"], length: 40),
                .picklist("TaskSubtype", "Task Subtype", ["Task", "Email", "ListEmail", "Cadence", "Call"], length: 40)
                    .createOnly,
                .flag("IsClosed", "Closed").readOnly,
                .value("CompletedDateTime", "Completed Date", .datetime).readOnly,
                owner,
            ] + audit + [
                FieldDescription.text("GetResponse_Event_Key__c", "GetResponse Event Key", 255)
                    .externalID(unique: true, caseSensitive: configuration.externalIDsAreCaseSensitive)
            ]
        )
    }

    static let campaign = ObjectDescription(
        name: "Campaign",
        label: "Campaign",
        labelPlural: "Campaigns",
        keyPrefix: "701",
        fields: identity("Campaign") + [
            .text("Name", "Name", 80).required,
            .picklist("Type", "Type", ["Conference", "Webinar", "Email", "Other"], length: 40),
            .picklist("Status", "Status", ["Planned", "In Progress", "Completed", "Aborted"], length: 40),
            .value("StartDate", "Start Date", .date), .value("EndDate", "End Date", .date),
            .flag("IsActive", "Active"), .text("Description", "Description", 32_000, type: .textarea), owner,
        ] + audit
    )

    static let campaignMember = ObjectDescription(
        name: "CampaignMember",
        label: "Campaign Member",
        labelPlural: "Campaign Members",
        keyPrefix: "00v",
        fields: identity("Campaign Member") + [
            .reference("CampaignId", "Campaign ID", to: ["Campaign"], relationship: "Campaign").required.createOnly,
            .reference("LeadId", "Lead ID", to: ["Lead"], relationship: "Lead").createOnly,
            .reference("ContactId", "Contact ID", to: ["Contact"], relationship: "Contact").createOnly,
            .text("Status", "Status", 40, type: .picklist),
            .flag("HasResponded", "Responded").readOnly,
            .value("FirstRespondedDate", "First Responded Date", .date).readOnly,
            .flag("HasOptedOutOfEmail", "Email Opt Out").readOnly,
        ] + audit
    )

    static let campaignMemberStatus = ObjectDescription(
        name: "CampaignMemberStatus",
        label: "Campaign Member Status",
        labelPlural: "Campaign Member Statuses",
        keyPrefix: "01Y",
        fields: identity("Campaign Member Status") + [
            .reference("CampaignId", "Campaign ID", to: ["Campaign"], relationship: "Campaign").required.readOnly,
            .text("Label", "Label", 765).required.readOnly,
            FieldDescription(name: "SortOrder", label: "Sort Order", type: .int, precision: 8).readOnly,
            .flag("IsDefault", "Is Default").readOnly,
            .flag("HasResponded", "Responded").readOnly,
        ] + audit
    )
}
