import Journal
import Metrics
import Model
import Planning
import Salesforce
import Time

/// The search for Leads and Contacts that may be mailed although their person opted out.
///
/// A Lead that somebody makes by hand, a conversion into a Contact that is there already, a merge and a change by hand all lose
/// the flag without a word to us. What changed since the last sweep is read and matched with our consent here, so that a sweep
/// costs what the org changed, not what we remember. Each page is judged and what it shows appended in one commit with the
/// place to go on from: it can be killed at any instruction.
struct DriftSweep: Sendable {
    private let journal: EventJournal
    private let salesforce: SalesforceClient
    private let policy: SyncPolicy
    private let failPoint: FailPoint
    private let time: any TimeSource

    init(
        journal: EventJournal,
        salesforce: SalesforceClient,
        policy: SyncPolicy,
        failPoint: FailPoint,
        time: any TimeSource
    ) {
        self.journal = journal
        self.salesforce = salesforce
        self.policy = policy
        self.failPoint = failPoint
        self.time = time
    }

    /// Sweeps from a checkpoint to the end.
    ///
    /// What this user can't read is left out and told of in the checkpoint; the rest goes on.
    ///
    /// - Parameter start: Where to go on, from `takeSweepTurn`.
    /// - Returns: The finished sweep; nil when another process took it over, or a pause came.
    /// - Throws: `SalesforceError`, `JournalError` or `CancellationError`; the next run goes on where this one stopped.
    func run(from start: SweepCheckpoint) async throws -> SweepCheckpoint? {
        var checkpoint = start
        while let stage = checkpoint.stages.first {
            do {
                guard try await sweep(stage, by: policy.fields.contactID, &checkpoint) else { return nil }
            } catch let error as SalesforceError where isHidden(error) {
                guard try await sweepWhatShows(stage, after: error, &checkpoint) else { return nil }
            }
        }
        return checkpoint
    }

    /// Whether Salesforce may be asked for something that can wait.
    func mayAsk() async throws(JournalError) -> Bool {
        let now = now
        return try await !journal.reader.pauses().contains { pause in
            switch pause.subject {
            case .salesforce, .usage: pause.until > now
            case .getResponse, .field: false
            }
        }
    }

    /// Goes through a stage by address alone where only the contact's id is hidden, else leaves the stage out; in both cases it
    /// is not done with.
    private func sweepWhatShows(
        _ stage: SweepStage,
        after error: SalesforceError,
        _ checkpoint: inout SweepCheckpoint
    ) async throws -> Bool {
        if let name = error.missingField, name == policy.fields.contactID {
            do {
                return try await sweep(stage, by: "", &checkpoint)
            } catch let error as SalesforceError where isHidden(error) {
                return try await leaveOut(&checkpoint)
            }
        }
        return try await leaveOut(&checkpoint)
    }

    private func leaveOut(_ checkpoint: inout SweepCheckpoint) async throws -> Bool {
        checkpoint.endStage(now: now, isSkipped: true)
        return try await journal.appendDrifts([], checkpoint: checkpoint) != nil
    }

    /// A field, or the whole object, that this user can't read.
    private func isHidden(_ error: SalesforceError) -> Bool {
        error.missingField != nil || error.isHiddenObject
    }

    /// - Returns: Whether the stage is over and the sweep is still ours.
    private func sweep(
        _ stage: SweepStage,
        by contactIDField: String,
        _ checkpoint: inout SweepCheckpoint
    ) async throws -> Bool {
        let query = SweepQuery(stage: stage, contactIDField: contactIDField)
        let rule = ConsentRule(policy)
        let isRepair = policy.drift == .repair
        let askedAt = now
        guard try await mayAsk() else { return false }
        var page = try await salesforce.firstPage(of: query.soql(since: checkpoint.begin(of: stage)))
        while true {
            let records = page.rows.compactMap(query.record)
            let findings = try await journal.reader.drifts(
                among: records,
                askedAt: askedAt,
                isRepair: isRepair,
                isOptedOut: { rule.standing($0.consent).isOptedOut }
            )
            checkpoint.count(findings, among: records.count)
            checkpoint.position = records.map(\.changedAt).max() ?? checkpoint.position
            if page.isLast {
                checkpoint.endStage(now: now, isSkipped: contactIDField != policy.fields.contactID)
            }
            let callbacks = findings.drifts.map { NewCallback($0, isRepair: isRepair, receivedAt: now) }
            guard try await journal.appendDrifts(callbacks, checkpoint: checkpoint) != nil else { return false }
            await failPoint.reach(.pageSwept)
            count(findings, stage)
            if page.isLast { return true }
            guard let next = try await nextPage(after: page) else { return false }
            page = next
        }
    }

    private func nextPage(after page: SalesforceClient.RowPage) async throws -> SalesforceClient.RowPage? {
        try Task.checkCancellation()
        guard try await mayAsk() else { return nil }
        return try await salesforce.page(after: page)
    }

    private func count(_ findings: SweepFindings, _ stage: SweepStage) {
        for (verdict, number) in findings.counts {
            Counter(
                label: "leadrelay_opt_out_drifts_total",
                dimensions: [("stage", stage.rawValue), ("result", verdict.rawValue)]
            ).increment(by: number)
        }
    }

    private var now: Timestamp { Timestamp(milliseconds: time.read().wall) }
}
