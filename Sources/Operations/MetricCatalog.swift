package import Prometheus

/// Every metric, for the registry's help texts and bounds, and for the list in README.
package enum MetricCatalog {
    /// All of them, in the order in which documents list them.
    package static var all: [MetricDescription] { ingest + worker + journal }

    /// What ingest counts and times as it goes.
    package static let ingest = [
        MetricDescription(
            name: "leadrelay_callbacks_total",
            help: "Requests to a webhook address by sender and outcome.",
            kind: .counter,
            labels: ["source", "result"]
        ),
        MetricDescription(
            name: "leadrelay_ingest_response_seconds",
            help: "Time from a callback's head to its answer.",
            kind: .histogram()
        ),
        MetricDescription(
            name: "leadrelay_ingest_commit_seconds",
            help: "Time of one commit of callbacks, the wait for the journal's lock included.",
            kind: .histogram()
        ),
        MetricDescription(
            name: "leadrelay_ingest_batch_size",
            help: "Callbacks in one commit.",
            kind: .histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
        ),
    ]

    /// What a worker counts and times as it goes.
    package static let worker = [
        MetricDescription(
            name: "leadrelay_callbacks_decoded_total",
            help: "Callbacks that were decoded.",
            kind: .counter
        ),
        MetricDescription(
            name: "leadrelay_duplicates_total",
            help: "Elements of callbacks that told what was told before.",
            kind: .counter
        ),
        MetricDescription(
            name: "leadrelay_events_total",
            help: "Tries of events by lane and how they ended.",
            kind: .counter,
            labels: ["lane", "outcome"]
        ),
        MetricDescription(
            name: "leadrelay_opt_out_seconds",
            help: "Time from an opt-out's receipt to its confirmation.",
            kind: .histogram()
        ),
        MetricDescription(
            name: "leadrelay_pauses_total",
            help: "Pauses that were set, by the class of the fault.",
            kind: .counter,
            labels: ["class"]
        ),
        MetricDescription(
            name: "leadrelay_texts_shortened_total",
            help: "Texts too long for the org's field that were cut, or left out where a part is worth nothing.",
            kind: .counter,
            labels: ["field", "object"]
        ),
        MetricDescription(
            name: "leadrelay_profile_fetches_total",
            help: "Profiles that were asked for, by result.",
            kind: .counter,
            labels: ["result"]
        ),
        MetricDescription(
            name: "leadrelay_getresponse_requests_total",
            help: "GetResponse requests that were granted, by share of the budget and by the answer's class.",
            kind: .counter,
            labels: ["result", "share"]
        ),
        MetricDescription(
            name: "leadrelay_reconciled_removals_total",
            help: "Removals that GetResponse told when it was asked, by what the journal made of them.",
            kind: .counter,
            labels: ["result"]
        ),
        MetricDescription(
            name: "leadrelay_rescued_events_total",
            help: "Events that were taken back from workers that died.",
            kind: .counter
        ),
        MetricDescription(
            name: "leadrelay_opt_out_drifts_total",
            help: "Records of people who opted out that a sweep found mailable, by what was made of them.",
            kind: .counter,
            labels: ["result", "stage"]
        ),
        MetricDescription(
            name: "leadrelay_pruned_rows_total",
            help: "Rows whose details were taken away because they were old.",
            kind: .counter,
            labels: ["kind"]
        ),
    ]

    /// What is read from the journal when it is asked for.
    package static let journal = MetricName.allCases.map(\.description)
}
