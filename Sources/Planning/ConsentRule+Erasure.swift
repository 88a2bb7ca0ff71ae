package import Model

extension ConsentRule {
    /// What is kept of somebody's consent when they are erased.
    ///
    /// - Parameter changes: Everything that is known of it, in the order of arrival.
    /// - Returns: An opt-out of every list, at the time of the last one; nil for somebody who may be mailed.
    package func optOutToKeep(_ changes: [ConsentRecord]) -> ConsentRecord? {
        let standing = standing(changes)
        guard standing.isOptedOut, let last = standing.optOutTimes.max() else { return nil }
        let optOuts = changes.filter(\.isOptOut)
        guard
            let told = optOuts.last(where: { standing.isForGood && Self.isForGood($0) })
                ?? optOuts.last(where: { $0.occurredAt == last })
        else { return nil }
        return ConsentRecord(
            isOptOut: true,
            reason: told.reason.flatMap { Self.isWord($0) ? $0 : nil },
            occurredAt: last,
            source: told.source
        )
    }

    /// Whether a reason is one of GetResponse's words and not a sentence about somebody.
    private static func isWord(_ reason: String) -> Bool {
        reason.utf8.count <= 32 && reason.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_" || $0 == "-") }
    }
}
