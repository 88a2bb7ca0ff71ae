/// What a spike came to, and whether that is good enough.
struct SpikeFigures {
    var spike: Spike
    /// From the spike's end; the Lead's write was answered.
    var everyLead: Duration
    /// From the spike's end.
    var everyProfile: Duration
    var getResponseRequests: Int
    var salesforceCalls: Int
    /// From arrival to confirmation.
    var optOuts: [Duration]
    /// How long the machine took.
    var real: Duration

    static let longestWait: Duration = .seconds(120)
    static let slowestOptOut: Duration = .seconds(5)

    var requestsPerContact: Double { Double(getResponseRequests) / Double(spike.registrations) }
    var callsPerContact: Double { Double(salesforceCalls) / Double(spike.registrations) }
    var mostRequestsPerContact: Double { spike.callbacks == .thin ? 1.02 : 0.02 }

    /// The 99th percentile by the nearest rank.
    var optOutPercentile: Duration {
        let sorted = optOuts.sorted()
        guard !sorted.isEmpty else { return .zero }
        return sorted[(sorted.count * 99 + 99) / 100 - 1]
    }

    /// The targets that are missed.
    var missed: [String] {
        var missed: [String] = []
        if everyLead > Self.longestWait { missed.append("Leads") }
        if requestsPerContact > mostRequestsPerContact { missed.append("requests") }
        if optOutPercentile >= Self.slowestOptOut { missed.append("opt-outs") }
        return missed
    }
}
