package import Journal

/// When which lanes wait because the org has few API calls left.
///
/// The usage is of a rolling day and told a little late, so a level ends only a few points below where it begins: else it
/// would come and go with each call.
package struct APIUsageRule: Hashable, Sendable {
    /// The share of the calls from which on opens, clicks and history wait.
    package var pauseShare: Double
    /// The share from which on everything but opt-outs and removals waits.
    package var reserveShare: Double
    /// How far below its beginning a level ends.
    package var slack: Double
    /// How long a level lasts without a further word; then one event asks.
    package var probeAfter: Duration

    package init(
        pauseShare: Double = 0.8,
        reserveShare: Double = 0.95,
        slack: Double = 0.03,
        probeAfter: Duration = .seconds(600)
    ) {
        self.pauseShare = min(pauseShare, reserveShare)
        self.reserveShare = reserveShare
        self.slack = slack
        self.probeAfter = probeAfter
    }

    /// The levels at this share of the calls.
    ///
    /// - Parameters:
    ///   - share: How much is used, 1 being all.
    ///   - current: The levels that stand.
    /// - Returns: Those that stand from now on.
    package func levels(share: Double, current: Set<UsageLevel>) -> Set<UsageLevel> {
        Set(
            UsageLevel.allCases.filter { level in
                let begin = begin(of: level)
                return share >= begin || (current.contains(level) && share > begin - slack)
            }
        )
    }

    /// The share at which a level begins.
    func begin(of level: UsageLevel) -> Double {
        switch level {
        case .background: pauseShare
        case .reserve: reserveShare
        }
    }
}
