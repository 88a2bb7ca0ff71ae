package import Journal
package import Model
package import Planning
package import Salesforce

/// How a worker works; every duration is real time of the injected clocks.
package struct WorkerConfiguration: Sendable {
    /// The worker's name in leases, attempts and the request ledger: host, process and a random part.
    package var owner: String
    /// How many events are in hand at once, beside one slot: opt-outs and the rest leave each other one.
    ///
    /// Two batches' worth, so that one can be looked up while the other is written. Opt-outs, which ask Salesforce each for
    /// itself, take up 32 at most; Salesforce sets no limit to requests at a time that last less than 20 s.
    package var concurrency: Int
    /// Whose turn it is among the lanes.
    package var rota: LaneRota
    package var leaseDuration: Duration
    /// How long events in hand may go on after a stop was asked for.
    package var shutdownGrace: Duration
    package var retry: RetryPolicy
    /// How far back the same content without a delivery id counts as the same event.
    package var duplicateWindow: Duration
    /// How long a tag, open or click waits for its person to appear in Salesforce.
    package var orphanWait: Duration
    /// After which an opt-out that is not confirmed is overdue.
    package var optOutDeadline: Duration
    package var budget: RequestBudget
    package var policy: SyncPolicy
    /// How many rows or people one call to Salesforce serves at most; 200 is Salesforce's own limit.
    package var batchSize: Int
    /// How long the first of a batch waits for others; opt-outs wait for none.
    package var batchLinger: Duration
    /// The longest that one Salesforce request may take; nothing is sent with less lease left.
    package var requestTimeout: Duration
    /// Which lanes wait when the org has few API calls left.
    package var apiUsage: APIUsageRule
    /// How long a write whose answer was lost, and of which only looking can tell, is looked for before it is sent again.
    package var lostAnswerWait: Duration
    /// What new Leads have to do with the org's assignment rules; a Lead that exists keeps its owner in any case.
    package var assignOnCreate: WriteOptions.AutoAssign
    /// How often the queue is looked at when nothing wakes the worker.
    package var pollInterval: Duration
    /// How many profiles are fetched at once.
    package var fetchConcurrency: Int
    /// The waits before GetResponse is asked again for a contact that it does not have (yet: double opt-in takes a while);
    /// when they are used up, the profile is given up.
    package var profilePatience: [Duration]
    /// How long a profile rests after GetResponse failed to answer.
    package var fetchRetryDelay: Duration
    /// How few requests are made of many fetches.
    package var fetching: FetchPolicy
    /// How removals that no callback told are searched for.
    package var reconciling: ReconcilePolicy
    /// How the org is searched for records that lost their opt-out.
    package var sweeping: SweepPolicy

    /// How long what is kept in the journal.
    package var retention: JournalRetention
    /// The size of the write-ahead log, in bytes, from which on one that can't be emptied is an alarm.
    package var walAlarmBytes: Int64

    package init(
        owner: String,
        concurrency: Int = 400,
        rota: LaneRota = LaneRota(),
        leaseDuration: Duration = .seconds(30),
        shutdownGrace: Duration = .seconds(20),
        retry: RetryPolicy = RetryPolicy(),
        duplicateWindow: Duration = .seconds(600),
        orphanWait: Duration = .seconds(600),
        optOutDeadline: Duration = .seconds(300),
        budget: RequestBudget = RequestBudget(cap: 400),
        policy: SyncPolicy = SyncPolicy(),
        batchSize: Int = 200,
        batchLinger: Duration = .milliseconds(200),
        requestTimeout: Duration = .seconds(10),
        apiUsage: APIUsageRule = APIUsageRule(),
        lostAnswerWait: Duration = .seconds(600),
        assignOnCreate: WriteOptions.AutoAssign = .never,
        pollInterval: Duration = .milliseconds(100),
        fetchConcurrency: Int = 4,
        profilePatience: [Duration] = [.seconds(30), .seconds(120), .seconds(300)],
        fetchRetryDelay: Duration = .seconds(15),
        fetching: FetchPolicy = FetchPolicy(),
        reconciling: ReconcilePolicy = ReconcilePolicy(),
        sweeping: SweepPolicy = SweepPolicy(),
        retention: JournalRetention = JournalRetention(),
        walAlarmBytes: Int64 = 256 << 20
    ) {
        self.owner = owner
        self.concurrency = concurrency
        self.rota = rota
        self.leaseDuration = leaseDuration
        self.shutdownGrace = shutdownGrace
        self.retry = retry
        self.duplicateWindow = duplicateWindow
        self.orphanWait = orphanWait
        self.optOutDeadline = optOutDeadline
        self.budget = budget
        self.policy = policy
        self.batchSize = batchSize
        self.batchLinger = batchLinger
        self.requestTimeout = requestTimeout
        self.apiUsage = apiUsage
        self.lostAnswerWait = lostAnswerWait
        self.assignOnCreate = assignOnCreate
        self.pollInterval = pollInterval
        self.fetchConcurrency = fetchConcurrency
        self.profilePatience = profilePatience
        self.fetchRetryDelay = fetchRetryDelay
        self.fetching = fetching
        self.reconciling = reconciling
        self.sweeping = sweeping
        self.retention = retention
        self.walAlarmBytes = walAlarmBytes
    }
}
