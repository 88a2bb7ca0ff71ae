/// One change of a person's consent, as the journal's chain holds it.
package struct ConsentRecord: Hashable, Sendable {
    /// An opt-out, else a subscription.
    package var isOptOut: Bool
    /// The list that was left or joined; nil: every list, or one that is not known.
    package var listID: String?
    /// GetResponse's reason for a removal (`complaint`, `blacklisted`, …); nil where none was told.
    package var reason: String?
    package var occurredAt: Timestamp
    package var source: Source
    /// How a subscriber came in (`www`, `landing_page`, `import`, …); nil where it was not told.
    package var origin: String?
    /// Whether the provider told the time of it, so that `occurredAt` is neither a creation date nor the receipt.
    package var isTimeTold: Bool

    package init(
        isOptOut: Bool,
        listID: String? = nil,
        reason: String? = nil,
        occurredAt: Timestamp,
        source: Source = .getresponse,
        origin: String? = nil,
        isTimeTold: Bool = false
    ) {
        self.isOptOut = isOptOut
        self.listID = listID
        self.reason = reason
        self.occurredAt = occurredAt
        self.source = source
        self.origin = origin
        self.isTimeTold = isTimeTold
    }
}
