import AsyncHTTPClient
import Foundation

/// Whether Salesforce ended as it should have, judged by the sandbox's own rows and not by LeadRelay's word.
struct DemoVerdict: Sendable {
    let spike: DemoSpike
    let sandbox: DemoSandbox
    let client: HTTPClient

    func text(auditSucceeded: Bool) async throws -> (text: String, isGood: Bool) {
        let leads = try await sandbox.rows("Lead", client: client)
        let contacts = try await sandbox.rows("Contact", client: client)
        let open = leads.filter { $0["IsConverted"] as? Bool != true }
        let addresses = Set(open.compactMap { $0["Email"] as? String })
        let optedOut = spike.optOutIndexes.filter { index in
            let records = (open + contacts).filter { $0["Email"] as? String == spike.people[index].email }
            return !records.isEmpty && records.allSatisfy { $0["HasOptedOutOfEmail"] as? Bool == true }
        }
        let mailable = open.filter { $0["HasOptedOutOfEmail"] as? Bool != true }.count
        let isGood =
            open.count == spike.expectedNewLeads && addresses.count == open.count
            && optedOut.count == spike.optOutIndexes.count && auditSucceeded
        let text =
            "In Salesforce: \(open.count) of \(spike.expectedNewLeads) new Leads, none of them twice: "
            + "\(addresses.count == open.count ? "yes" : "NO"); \(optedOut.count) of \(spike.optOutIndexes.count) people "
            + "opted out on every record, \(mailable) Leads still mailable."
        return (text, isGood)
    }
}
