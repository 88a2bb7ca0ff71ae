import Model
import Salesforce

/// Looks at the campaigns that people are put into: that they can be seen, and have the member statuses that are written.
///
/// Salesforce gives a member with an unknown status the campaign's default one without a word.
struct CampaignCheck: Sendable {
    let client: SalesforceClient
    /// The statuses that are written, by campaign.
    let campaigns: [String: Set<String>]

    func findings() async -> [Finding] {
        guard !campaigns.isEmpty else { return [] }
        let list = campaigns.keys.sorted().map(SOQL.literal).joined(separator: ",")
        do throws(SalesforceError) {
            let names = Self.texts(
                "Name",
                by: "Id",
                try await client.query("SELECT Id, Name FROM Campaign WHERE Id IN (\(list))")
            )
            let statuses = Self.texts(
                "Label",
                by: "CampaignId",
                try await client.query(
                    "SELECT CampaignId, Label FROM CampaignMemberStatus WHERE CampaignId IN (\(list))"
                )
            )
            return campaigns.keys.sorted().flatMap { campaign in
                let key = String(campaign.prefix(15))
                return findings(campaign, name: names[key]?.first, has: statuses[key] ?? [])
            }
        } catch {
            return [
                Finding(check: "salesforce.campaigns", verdict: .failed, finding: error.cause, remedy: error.remedy)
            ]
        }
    }

    private func findings(_ campaign: String, name: String?, has labels: [String]) -> [Finding] {
        let check = "salesforce.campaign.\(campaign)"
        guard let name else {
            return [
                Finding(
                    check: check,
                    verdict: .failed,
                    finding: "The app's user sees no campaign \(campaign).",
                    remedy: "Mend its id in sync.campaigns, or give the app's user Read on campaigns and on this one."
                )
            ]
        }
        let known = Set(labels.map { $0.lowercased() })
        let missing = (campaigns[campaign] ?? []).filter { !known.contains($0.lowercased()) }.sorted()
        guard missing.isEmpty else {
            return missing.map { status in
                Finding(
                    check: check,
                    verdict: .failed,
                    finding: "The campaign \(name) (\(campaign)) has no member status “\(status)”; it has "
                        + "\(labels.sorted().joined(separator: ", ")).",
                    remedy: "Add “\(status)” under Edit Statuses on the campaign's page, or change sync.campaigns."
                )
            }
        }
        return [
            Finding(
                check: check,
                verdict: .ok,
                finding: "The campaign \(name) (\(campaign)) has every member status in use."
            )
        ]
    }

    /// The values of one field, by the first 15 characters of the id in another.
    private static func texts(_ field: String, by key: String, _ rows: [SalesforceRow]) -> [String: [String]] {
        var texts: [String: [String]] = [:]
        for row in rows {
            guard let id = row.fields[key]?.string, let text = row.fields[field]?.string else { continue }
            texts[String(id.prefix(15)), default: []].append(text)
        }
        return texts
    }
}
