import Salesforce

extension Finding {
    /// What the org has used of its API calls, and what waits because of it.
    init(_ usage: LimitInfo, pause: Double) {
        let percent = Int((usage.share * 100).rounded(.down))
        let isHigh = usage.share >= min(pause, 0.95)
        let text =
            "The org has used \(usage.used) of its \(usage.allowed) API calls of the last 24 hours (\(percent) %)"
        let waiting = usage.share >= 0.95 ? "everything but opt-outs waits" : "opens, clicks and history wait"
        self.init(
            check: "salesforce.apiUsage",
            verdict: isHigh ? .warning : .ok,
            finding: isHigh ? "\(text): \(waiting)." : "\(text).",
            remedy: isHigh
                ? "See in Setup, Company Information who uses them, buy more, or raise salesforce.apiUsagePause." : nil
        )
    }
}
