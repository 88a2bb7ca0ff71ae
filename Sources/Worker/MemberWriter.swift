import Model
import Planning
import Salesforce

/// Makes somebody a member of a campaign, once.
///
/// CampaignMember has no upsert by campaign and person. A member who was not there when it was looked for, and is when it is
/// made, was added by a flow, by a person or by a try of ours whose answer was lost: it is looked up again and moved on.
struct MemberWriter: Sendable {
    let campaigns: CampaignLookup
    let rows: RowSender
    let progress: MemberProgress

    /// - Parameters:
    ///   - fields: `LeadId` or `ContactId`, and `Status`.
    ///   - campaignID: The campaign.
    ///   - options: How it is written.
    /// - Returns: Salesforce's yes.
    /// - Throws: `SalesforceError`, as the client found it.
    func write(
        _ fields: [String: FieldValue],
        campaignID: String,
        options: WriteOptions
    ) async throws(SalesforceError) -> WriteResult {
        var creation = fields
        creation["CampaignId"] = .string(campaignID)
        do throws(SalesforceError) {
            return try await rows.create(.campaignMember, fields: creation, options: options)
        } catch {
            guard error.faults.contains(where: { $0.code == "DUPLICATE_VALUE" }) else { throw error }
            return try await moveOn(fields, campaignID: campaignID, options: options, refusal: error)
        }
    }

    private func moveOn(
        _ fields: [String: FieldValue],
        campaignID: String,
        options: WriteOptions,
        refusal: SalesforceError
    ) async throws(SalesforceError) -> WriteResult {
        let isContact = fields["ContactId"] != nil
        guard let id = fields["ContactId"]?.string ?? fields["LeadId"]?.string, let status = fields["Status"]?.string
        else { throw refusal }
        let held = try await campaigns.members(
            CampaignLookup.Question(
                campaignIDs: [campaignID],
                leadIDs: isContact ? [] : [id],
                contactIDs: isContact ? [id] : []
            )
        )
        guard let member = held.first else { throw refusal }
        let change = MemberRule.change(
            for: Enrolment.Membership(campaignID: campaignID, status: status),
            joiner: (isContact ? .contact : .lead, id),
            held: held,
            progress: progress
        )
        guard let change, let memberID = change.recordID else {
            return WriteResult(outcome: .updated(id: member.id), status: 200)
        }
        return try await rows.update(.campaignMember, id: memberID, fields: change.fields, options: options)
    }
}
