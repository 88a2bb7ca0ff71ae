/// The priority class of an event, where smaller runs first.
///
/// The number is `event.lane`.
package enum Lane: Int, Codable, CaseIterable, Comparable, Sendable {
    /// Opt-outs and removals: before everything, needing no GetResponse request.
    case compliance = 0
    /// Tags.
    case signal = 1
    /// Subscribes, webinars, and their enrichment.
    case lead = 2
    /// Opens and clicks.
    case activity = 3
    /// History.
    case bulk = 4

    /// The name in `status`, metrics and documents.
    package var name: String {
        switch self {
        case .compliance: "compliance"
        case .signal: "signal"
        case .lead: "lead"
        case .activity: "activity"
        case .bulk: "bulk"
        }
    }

    package static func < (lhs: Lane, rhs: Lane) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}
