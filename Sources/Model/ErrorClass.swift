/// What kind of failure an attempt met, which decides what happens to the event.
///
/// The raw value is `attempt.error_class`.
package enum ErrorClass: String, Codable, CaseIterable, Sendable {
    /// Passing trouble (5xx, a locked row, no connection): retried with backoff.
    case transient
    /// The other side asks for a pause (429, concurrent-request limits): the event is snoozed, no attempt is used.
    case throttled
    /// A daily or hourly allowance is used up: snoozed until it frees, no attempt is used.
    case quota
    /// The request left but its answer never came: what it did is looked up before it is sent again.
    case lostAnswer = "lost_answer"
    /// The values are refused: retrying can't cure it, a person must.
    case data
    /// A key, permission or field is wrong: pauses what depends on it, no attempt is used.
    case configuration
}
