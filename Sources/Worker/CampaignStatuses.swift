import Model
import Salesforce
import Synchronization
import Time

/// The member statuses that each campaign has, read once a day.
///
/// Salesforce gives a member with an unknown status the campaign's default one without a word, so that nobody would notice:
/// a status is looked for before it is written.
final class CampaignStatuses: Sendable {
    fileprivate struct State {
        /// Lower-cased labels by the first 15 characters of the campaign's id.
        var labels: [String: Set<String>] = [:]
        var readAt: Int64?
    }

    fileprivate final class SharedState: Sendable {
        let state = Mutex(State())
    }

    private let time: any TimeSource
    private let rest: Int64
    private let state: SharedState
    private let readings: BatchQueue<Void, Result<Void, SalesforceError>>

    /// - Parameters:
    ///   - salesforce: The client.
    ///   - campaigns: The ids of all campaigns that are ever asked for.
    ///   - rest: How long what is missing is not looked for again: it may have been added, but not every event needs to ask.
    ///   - time: The clock of the day.
    init(salesforce: SalesforceClient, campaigns: [String], rest: Duration, time: any TimeSource) {
        self.time = time
        self.rest = rest.wholeMilliseconds
        let rest = rest.wholeMilliseconds
        let state = SharedState()
        self.state = state
        let list = Set(campaigns).sorted().map(SOQL.literal).joined(separator: ",")
        // Many tries ask at once when the worker starts: one reading serves them all.
        readings = BatchQueue(
            limit: .max,
            linger: .milliseconds(5),
            time: time,
            cancelled: { _ in .failure(.unanswered(reason: "the look-up was cancelled")) },
            carryOut: { askers in
                var outcome = Result<Void, SalesforceError>.success(())
                if state.age(nowBoot: time.read().boot).map({ $0 >= rest }) ?? true {
                    do throws(SalesforceError) {
                        state.store(try await Self.read(list, salesforce), nowBoot: time.read().boot)
                    } catch {
                        outcome = .failure(error)
                    }
                }
                return askers.map { outcome }
            }
        )
    }

    private static let dayMilliseconds: Int64 = 86_400_000

    /// Whether the campaign has the status; nil where the campaign has none at all, as when it is gone or hidden.
    ///
    /// - Throws: `SalesforceError` when Salesforce can't be asked.
    func has(_ status: String, campaign: String) async throws(SalesforceError) -> Bool? {
        let age = state.age(nowBoot: time.read().boot)
        if let age, age < Self.dayMilliseconds, state.labels(of: campaign)?.contains(status.lowercased()) == true {
            return true
        }
        if age.map({ $0 >= rest }) ?? true { try await readings.ask(()).get() }
        return state.labels(of: campaign).map { $0.contains(status.lowercased()) }
    }

    private static func read(
        _ campaigns: String,
        _ salesforce: SalesforceClient
    ) async throws(SalesforceError) -> [String: Set<String>] {
        let rows = try await salesforce.query(
            "SELECT CampaignId, Label FROM CampaignMemberStatus WHERE CampaignId IN (\(campaigns))"
        )
        var labels: [String: Set<String>] = [:]
        for row in rows {
            guard let id = row.fields["CampaignId"]?.string, let label = row.fields["Label"]?.string else { continue }
            labels[String(id.prefix(15)), default: []].insert(label.lowercased())
        }
        return labels
    }
}

extension CampaignStatuses.SharedState {
    func age(nowBoot: Int64) -> Int64? { state.withLock { $0.readAt.map { nowBoot - $0 } } }

    func labels(of campaign: String) -> Set<String>? { state.withLock { $0.labels[String(campaign.prefix(15))] } }

    func store(_ labels: [String: Set<String>], nowBoot: Int64) {
        state.withLock { $0 = CampaignStatuses.State(labels: labels, readAt: nowBoot) }
    }
}
