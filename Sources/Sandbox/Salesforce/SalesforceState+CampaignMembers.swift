extension SalesforceState {
    /// The statuses that every new campaign has.
    mutating func addStandardStatuses(of campaignID: String, now: Int64) {
        addStatus("Sent", to: campaignID, isDefault: true, hasResponded: false, now: now)
        addStatus("Responded", to: campaignID, isDefault: false, hasResponded: true, now: now)
    }

    /// Gives a campaign one more member status.
    mutating func addStatus(_ label: String, to campaignID: String, isDefault: Bool, hasResponded: Bool, now: Int64) {
        guard let object = schema["CampaignMemberStatus"] else { return }
        var row = blank(object, now: now)
        row.id = store.freshID(prefix: object.keyPrefix)
        row["Id"] = .string(row.id)
        row["CampaignId"] = .string(campaignID)
        row["Label"] = .string(label)
        row["SortOrder"] = .integer(Int64(statuses(of: campaignID).count + 1))
        row["IsDefault"] = .bool(isDefault)
        row["HasResponded"] = .bool(hasResponded)
        finish(&row, object, RecordWrite.Options(), now: now)
    }

    private func statuses(of campaignID: String) -> [SalesforceRow] {
        store.find("CampaignMemberStatus", "CampaignId", campaignID).filter { !$0.isDeleted }
    }

    /// A member is a Lead or a Contact, once in a campaign, with a status that the campaign has.
    func completeMember(_ row: inout SalesforceRow, isNew: Bool, _ changed: Set<String>) throws(SalesforceError) {
        guard let campaignID = row["CampaignId"].string else { return }
        if isNew {
            // Both are allowed; then the Contact counts and the Lead is dropped without a word.
            if row["ContactId"].string != nil { row["LeadId"] = .null }
            guard let name = ["ContactId", "LeadId"].first(where: { row[$0].string != nil }), let id = row[name].string
            else {
                throw .record("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId]", fields: ["LeadId"])
            }
            let isMember = store.find("CampaignMember", "CampaignId", campaignID).contains {
                !$0.isDeleted && $0[name].string == id
            }
            guard !isMember else { throw .record("DUPLICATE_VALUE", "Already a campaign member.") }
        }
        let statuses = statuses(of: campaignID)
        let wanted = row["Status"].string
        var status = statuses.first { $0["Label"].string?.lowercased() == wanted?.lowercased() }
        if status == nil {
            if let wanted, configuration.unknownMemberStatus == .refused {
                throw .record(
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    "Status: bad value for restricted picklist field: \(wanted)",
                    fields: ["Status"]
                )
            }
            status = statuses.first { $0["IsDefault"] == true }
        }
        row["Status"] = status?["Label"] ?? row["Status"]
        row["HasResponded"] = status?["HasResponded"] ?? false
    }
}
