package import Prometheus

/// Every metric, for the registry's help texts and bounds, and for the list in README.
package enum MetricCatalog {
    /// All of them, in the order in which documents list them.
    package static var all: [MetricDescription] { ingest + journal }

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

    /// What is read from the journal when it is asked for.
    package static let journal = MetricName.allCases.map(\.description)
}
