import Prometheus

/// The gauges that are computed when they are asked for.
enum MetricName: String, CaseIterable {
    case queueEvents = "leadrelay_queue_events"
    case queueOldest = "leadrelay_queue_oldest_seconds"
    case undecoded = "leadrelay_callbacks_undecoded"
    case undecodedOldest = "leadrelay_callbacks_undecoded_oldest_seconds"
    case optOutsPending = "leadrelay_opt_outs_pending"
    case optOutsOverdue = "leadrelay_opt_outs_overdue"
    case sweepLeftOut = "leadrelay_sweep_left_out"
    case budgetCap = "leadrelay_budget_cap"
    case budgetUsed = "leadrelay_budget_used"
    case budgetLeft = "leadrelay_budget_left"
    case budgetPaused = "leadrelay_budget_paused_seconds"
    case requestsNeeded = "leadrelay_requests_needed"
    case drainSeconds = "leadrelay_drain_seconds"
    case profiles = "leadrelay_profiles"
    case pauses = "leadrelay_pauses"
    case apiUsed = "leadrelay_salesforce_api_used"
    case apiLimit = "leadrelay_salesforce_api_limit"
    case walBytes = "leadrelay_wal_bytes"
    case walAlarm = "leadrelay_wal_alarm"
    case journalUp = "leadrelay_journal_up"

    var description: MetricDescription {
        MetricDescription(name: rawValue, help: help, kind: .gauge, labels: labels)
    }

    func sample(_ value: Double, _ labels: [String: String] = [:]) -> GaugeSample {
        GaugeSample(name: rawValue, help: help, labels: labels, value: value)
    }

    private var labels: [String] {
        switch self {
        case .queueEvents, .queueOldest: ["lane", "state"]
        case .requestsNeeded: ["lane"]
        case .profiles: ["way"]
        default: []
        }
    }

    private var help: String {
        switch self {
        case .queueEvents: "Events that are not finished, and dead letters."
        case .queueOldest: "Seconds since the oldest of them was received; 0 where there is none."
        case .undecoded: "Callbacks that are stored but not decoded yet."
        case .undecodedOldest:
            "Seconds since the oldest of them was received; past `optOut.deadline` it may be an overdue opt-out."
        case .optOutsPending: "Opt-outs that are not verified in Salesforce yet."
        case .optOutsOverdue: "Opt-outs that should be verified by now; anything above 0 needs a person."
        case .sweepLeftOut:
            "Parts of the org that the last sweep for lost opt-outs could not look at, as a field or object is hidden."
        case .budgetCap: "GetResponse requests that may leave in 3,600 seconds."
        case .budgetUsed: "GetResponse requests that left in the last 3,600 seconds."
        case .budgetLeft: "GetResponse requests that the window has room for; at an even pace some leave later."
        case .budgetPaused: "Seconds until GetResponse requests go on; 0 when they are not paused."
        case .requestsNeeded: "GetResponse requests that waiting events still need."
        case .drainSeconds: "Seconds until the last of them may leave, as the scheduler reckons; 0 when there are none."
        case .profiles: "Contacts by how they got their details, since the journal was made."
        case .pauses: "Things that are paused: an API, lanes, or writes to an object or field."
        case .apiUsed:
            "Salesforce API calls of the org's last 24 hours, of all its integrations, by its latest word."
        case .apiLimit: "Salesforce API calls that the org has in 24 hours."
        case .walBytes: "Size of the journal's write-ahead log."
        case .walAlarm: "1 while the write-ahead log is long and a reader keeps it from being emptied."
        case .journalUp: "1 when the journal could be read for this scrape, 0 when the other gauges are missing."
        }
    }
}
