import Model
import Salesforce
import Time

/// Finds the members of campaigns that people are already, for many tries in one call.
///
/// Salesforce can't upsert a member by its campaign and person, so looking comes before writing; a person may be a member as a
/// Lead and as the Contact that it was converted into.
struct CampaignLookup: Sendable {
    /// Whom one try looks for, and where.
    struct Question: Sendable {
        var campaignIDs: [String]
        var leadIDs: [String]
        var contactIDs: [String]
    }

    typealias Answer = Result<[SalesforceRecord], SalesforceError>

    private let batches: BatchQueue<Question, Answer>

    init(salesforce: SalesforceClient, limit: Int, linger: Duration, time: any TimeSource) {
        batches = BatchQueue(
            limit: limit,
            linger: linger,
            time: time,
            cancelled: { _ in .failure(.unanswered(reason: "the look-up was cancelled")) },
            carryOut: { questions in await Self.find(questions, salesforce) }
        )
    }

    /// The members of those campaigns that are one of those records, in the order of their ids.
    ///
    /// - Throws: `SalesforceError`, as the client found it.
    func members(_ question: Question) async throws(SalesforceError) -> [SalesforceRecord] {
        try await batches.ask(question).get()
    }

    /// A question may name many ids; a statement holds 100,000 characters, and so a few thousand of them.
    private static let idsPerQuery = 2000

    private static func find(_ questions: [Question], _ salesforce: SalesforceClient) async -> [Answer] {
        var found: [String: SalesforceRecord] = [:]
        let campaigns = Set(questions.flatMap(\.campaignIDs)).sorted()
        do throws(SalesforceError) {
            for (field, ids) in [
                ("LeadId", Set(questions.flatMap(\.leadIDs)).sorted()),
                ("ContactId", Set(questions.flatMap(\.contactIDs)).sorted()),
            ] {
                for chunk in ids.chunked(by: idsPerQuery) {
                    for row in try await salesforce.query(statement(field, chunk, campaigns)) {
                        guard let id = row.fields["Id"]?.string else { continue }
                        found[id] = SalesforceRecord(object: .campaignMember, id: id, fields: row.fields)
                    }
                }
            }
        } catch {
            return questions.map { _ in .failure(error) }
        }
        let members = found.values.sorted { $0.id < $1.id }
        return questions.map { question in .success(members.filter { question.asks(for: $0) }) }
    }

    private static func statement(_ field: String, _ ids: [String], _ campaigns: [String]) -> String {
        "SELECT Id, CampaignId, LeadId, ContactId, Status FROM CampaignMember "
            + "WHERE CampaignId IN (\(campaigns.map(SOQL.literal).joined(separator: ","))) "
            + "AND \(field) IN (\(ids.map(SOQL.literal).joined(separator: ",")))"
    }
}

extension CampaignLookup.Question {
    fileprivate func asks(for member: SalesforceRecord) -> Bool {
        member.isMember(ofAny: campaignIDs)
            && (member.names(leadIDs, in: "LeadId") || member.names(contactIDs, in: "ContactId"))
    }
}

extension SalesforceRecord {
    /// Whether this member belongs to one of the campaigns.
    func isMember(ofAny campaigns: [String]) -> Bool { names(campaigns, in: "CampaignId") }

    fileprivate func names(_ ids: [String], in field: String) -> Bool {
        guard let held = fields[field]?.string else { return false }
        return ids.contains { $0.prefix(15) == held.prefix(15) }
    }
}
