import Synchronization

/// The emulated Salesforce org and its REST API.
///
/// Sources: the REST guide, and recordings of real orgs (CumulusCI's cassettes) for the shapes of answers.
package final class SalesforceSandbox: EmulatedAPI {
    /// Every request that arrived, refused or not.
    package let requests = RequestLog()
    /// What shall go wrong with whole requests; see ``failWrites(to:next:code:message:fields:)`` for single records.
    package let faults = FaultPlan()
    let now: @Sendable () -> Int64
    let sleep: @Sendable (Duration) async throws -> Void
    let latency: Duration
    let state: Mutex<SalesforceState>

    init(
        _ configuration: SandboxConfiguration.Salesforce,
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
        latency = configuration.latency
        state = Mutex(SalesforceState(configuration))
    }

    /// API requests so far, as `Sforce-Limit-Info` counts them: log-ins are none, a composite is one.
    ///
    /// Setting it is what the org's other integrations do, and the day that goes by.
    package var requestCount: Int {
        get { state.withLock { $0.requestCount } }
        set { state.withLock { $0.requestCount = newValue } }
    }

    /// API requests that the org has in a day; at 0 every request is refused with REQUEST_LIMIT_EXCEEDED.
    package var dailyRequestLimit: Int {
        get { state.withLock { $0.dailyRequestLimit } }
        set { state.withLock { $0.dailyRequestLimit = newValue } }
    }

    /// What the token endpoint does.
    package var authorization: SandboxConfiguration.Authorization {
        get { state.withLock { $0.authorization } }
        set { state.withLock { $0.authorization = newValue } }
    }

    /// Whether every request is answered 401 for ever, as for a user who may not use the REST API.
    package var refusesEverySession: Bool {
        get { state.withLock { $0.refusesEverySession } }
        set { state.withLock { $0.refusesEverySession = newValue } }
    }

    /// Ends all sessions: the next request with any token so far is answered 401.
    package func expireTokens() {
        state.withLock { $0.tokens.removeAll() }
    }

    /// Puts a record into the org, past every rule, and returns its id; defaults are filled in, `values` win.
    ///
    /// - Throws: ``SandboxError/noSuchObject(_:)``.
    @discardableResult
    package func insert(_ object: String, _ values: [String: JSON]) throws -> String {
        try state.withLock { state in
            guard let description = state.schema[object] else { throw SandboxError.noSuchObject(object) }
            var row = state.blank(description, now: now())
            for (name, value) in values { row[description.field(name)?.name ?? name] = value }
            if let given = values["Id"]?.string.flatMap(RecordID.extended) {
                row.id = given
            } else {
                row.id = state.store.freshID(prefix: description.keyPrefix)
            }
            row["Id"] = .string(row.id)
            var options = RecordWrite.Options()
            options.runsAssignmentRule = false
            state.finish(&row, description, options, now: now())
            if description.name == "Campaign" { state.addStandardStatuses(of: row.id, now: now()) }
            return row.id
        }
    }

    /// Changes a record as somebody else in the org does, past every rule.
    package func change(_ id: String, _ values: [String: JSON]) throws {
        try state.withLock { state in
            guard var row = RecordID.extended(id).flatMap({ state.store[$0] }), let object = state.schema[row.object]
            else {
                throw SandboxError.noSuchRow(id)
            }
            for (name, value) in values { row[object.field(name)?.name ?? name] = value }
            var options = RecordWrite.Options()
            options.runsAssignmentRule = false
            state.finish(&row, object, options, now: now())
        }
    }

    /// Moves a record to the recycle bin.
    package func delete(_ id: String) throws {
        try change(id, ["IsDeleted": true])
    }

    /// The records of an object in order of creation, without deleted ones.
    package func rows(_ object: String) -> [SalesforceRow] {
        state.withLock { state in
            state.store.all(state.schema[object]?.name ?? object).filter { !$0.isDeleted }
        }
    }

    /// The record with this id (15 or 18 characters), even a deleted one.
    package func row(_ id: String) -> SalesforceRow? {
        state.withLock { state in RecordID.extended(id).flatMap { state.store[$0] } }
    }

    /// Converts a Lead as a sales person does it, and returns the Contact's id.
    ///
    /// - Throws: ``SandboxError/noSuchRow(_:)`` when the Lead is not there or converted already, or the Contact is not.
    @discardableResult
    package func convertLead(_ id: String, into target: LeadConversionTarget = .newContact) throws -> String {
        try state.withLock { try $0.convertLead(id, into: target, now: now()) }
    }

    /// Gives a campaign one more member status beside Sent and Responded.
    package func addMemberStatus(_ label: String, to campaignID: String, hasResponded: Bool = false) {
        state.withLock {
            $0.addStatus(label, to: campaignID, isDefault: false, hasResponded: hasResponded, now: now())
        }
    }

    /// Refuses the next writes to single records of an object, in a batch too.
    package func failWrites(
        to object: String,
        next count: Int = 1,
        code: String = "UNABLE_TO_LOCK_ROW",
        message: String = "unable to obtain exclusive access to this record",
        fields: [String] = []
    ) {
        guard count > 0 else { return }
        state.withLock { state in
            state.writeFaults.append(
                .init(object: object, error: .record(code, message, fields: fields), remaining: count)
            )
        }
    }

    func listens(at baseURL: String) {
        state.withLock { $0.baseURL = baseURL }
    }

    func answer(_ request: SandboxRequest, replacement: SandboxResponse?) -> SandboxResponse {
        state.withLock { $0.answer(request, replacement: replacement) }
    }
}
