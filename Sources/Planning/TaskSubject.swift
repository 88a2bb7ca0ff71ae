package import Model

/// The time at the end of a Task's subject.
///
/// A sales person's list of Tasks shows little but subjects, so that the time belongs there; at the end, so that a look for the
/// Task of an open, whenever it was, can do without it.
package enum TaskSubject {
    /// ` (2026-04-27 12:56 UTC)`.
    package static func ending(at time: Timestamp) -> String {
        let minutes = time.iso8601.prefix(16)
        return " (\(minutes.prefix(10)) \(minutes.suffix(5)) UTC)"
    }

    /// The subject without its time; the whole where it has none.
    package static func withoutTime(_ text: String) -> String {
        guard let range = text.firstRange(of: #/ \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/#) else { return text }
        return String(text[..<range.lowerBound])
    }
}
