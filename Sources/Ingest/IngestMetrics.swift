package import Metrics
import Model

/// What ingest reports of itself.
package struct IngestMetrics: Sendable {
    /// The names, in one place for the catalogue of metrics.
    package enum Name: String, CaseIterable, Sendable {
        case callbacks = "leadrelay_callbacks_total"
        case commitSeconds = "leadrelay_ingest_commit_seconds"
        case batchSize = "leadrelay_ingest_batch_size"
        case responseSeconds = "leadrelay_ingest_response_seconds"
    }

    /// How a request ended: the values of the label `result`.
    package enum Outcome: String, CaseIterable, Sendable {
        /// Stored and answered 200.
        case accepted
        /// Stored and answered 400.
        case malformed
        /// Answered 401 and not stored.
        case unauthorized
        /// Answered 413 and not stored.
        case tooLarge = "too_large"
        /// Answered 503 and not stored.
        case unavailable
        /// Answered 405 and not stored.
        case wrongMethod = "wrong_method"
    }

    private struct Series: Hashable {
        var source: Source
        var outcome: Outcome
    }

    private let callbacks: [Series: Counter]
    private let commitTimer: Timer
    private let batchSize: Recorder
    private let responseTimer: Timer

    /// Makes every series at once, so that each is shown as 0 before its first event and costs no look-up after it.
    package init(factory: any MetricsFactory = MetricsSystem.factory) {
        var callbacks: [Series: Counter] = [:]
        for source in WebhookSource.allCases.map(\.source) {
            for outcome in Outcome.allCases {
                callbacks[Series(source: source, outcome: outcome)] = Counter(
                    label: Name.callbacks.rawValue,
                    dimensions: [("source", source.rawValue), ("result", outcome.rawValue)],
                    factory: factory
                )
            }
        }
        self.callbacks = callbacks
        commitTimer = Timer(label: Name.commitSeconds.rawValue, factory: factory)
        batchSize = Recorder(label: Name.batchSize.rawValue, factory: factory)
        responseTimer = Timer(label: Name.responseSeconds.rawValue, factory: factory)
    }

    /// Counts a request and the time from its head to its answer.
    func answered(_ outcome: Outcome, source: WebhookSource, in duration: Duration) {
        callbacks[Series(source: source.source, outcome: outcome)]?.increment()
        responseTimer.record(duration: duration)
    }

    /// Counts a commit that succeeded.
    func committed(_ count: Int, in duration: Duration) {
        commitTimer.record(duration: duration)
        batchSize.record(count)
    }
}
