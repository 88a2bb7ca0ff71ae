package import Model

/// Decides whether a record's opt-out is ours to take back.
///
/// It is when a write of ours turned the flag from false to true and nobody else has changed the record since. That is shown by a
/// chain of our own writes: each found the record as the one before it had left it, and the last left it as it is now. A missing
/// link, whatever the reason, leaves the opt-out in place.
package enum ClearingRule {
    /// Whether `HasOptedOutOfEmail` may be written as false.
    ///
    /// - Parameters:
    ///   - current: The record as it is now; nil where its last change was not ours.
    ///   - writes: All our writes to it.
    /// - Returns: Whether the chain leads back to the write that set the flag.
    package static func mayClear(current: RecordVersion?, writes: [OwnWrite]) -> Bool {
        var version = current
        var rest = writes.filter(\.isConfirmed)
        while let known = version {
            let links = rest.filter { $0.after == known }
            // Within the same second somebody else may have come in between: such a write found the flag set, by no hand of ours.
            let isBroken = links.contains { $0.kind.isOptIn || ($0.before == nil && $0.hadOptedOut != false) }
            guard !isBroken else { return false }
            if links.contains(where: { $0.kind.isOptOut && $0.hadOptedOut == false }) { return true }
            rest.removeAll { $0.after == known }
            // Writes of one event found the record alike; where they did not, somebody may have come between them.
            let before = Set(links.map(\.before)).subtracting([known])
            guard before.count == 1, let earlier = before.first else { return false }
            version = earlier
        }
        return false
    }
}
