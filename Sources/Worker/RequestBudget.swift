package import Journal
import Model

/// How many GetResponse requests may leave, and for whom: the settings that the scheduler follows.
package struct RequestBudget: Hashable, Sendable {
    /// How long a grant may be used after it was committed.
    package static let grantLifetime: Duration = .seconds(2)
    /// How much faster than evenly a burst goes.
    ///
    /// Not at once: a window that begins right behind a burst has that much less in it, so that the burst is spread over
    /// longer than the 12 s by which the counted window exceeds the hour.
    package static let burstHaste = 4

    /// Requests a window; the plan `standard` has 400, `max` 5,000.
    package var cap: Int
    /// The server's window, an hour.
    package var window: Duration
    /// Within what time after it was sent a request reaches the server, or never.
    package var requestTimeout: Duration
    /// How much of the cap may leave faster than evenly after idle time, in percent; the rest is spread over the window.
    package var burstPercent: Int
    /// How much of the cap the lane `bulk` leaves to the others, in percent.
    package var bulkReservePercent: Int
    /// How much of the cap goes first to upkeep (at least one request), in percent.
    package var upkeepPercent: Int
    /// GetResponse's own limits, which hold for every plan: requests in a second, at a time, and in ten minutes.
    package var perSecond: Int
    package var inFlight: Int
    package var perTenMinutes: Int

    package init(
        cap: Int,
        window: Duration = .seconds(3600),
        requestTimeout: Duration = .seconds(10),
        burstPercent: Int = 10,
        bulkReservePercent: Int = 20,
        upkeepPercent: Int = 5,
        perSecond: Int = 80,
        inFlight: Int = 10,
        perTenMinutes: Int = 30_000
    ) {
        self.cap = cap
        self.window = window
        self.requestTimeout = requestTimeout
        self.burstPercent = burstPercent
        self.bulkReservePercent = bulkReservePercent
        self.upkeepPercent = upkeepPercent
        self.perSecond = perSecond
        self.inFlight = inFlight
        self.perTenMinutes = perTenMinutes
    }

    /// How long a request counts: the window, plus the 2 s that a grant may wait before it is sent, plus the time-out within
    /// which it reaches the server.
    package var length: Duration { window + flight }

    /// How long after its grant a request may still be under way.
    package var flight: Duration { Self.grantLifetime + requestTimeout }

    /// How many requests of a window go first to upkeep.
    package var upkeepShare: Int { max(1, cap * upkeepPercent / 100) }

    /// Grants within a second: what is still under way from before may arrive in the same second, so that much is left.
    var grantsPerSecond: Int { max(1, perSecond - inFlight) }

    /// Grants within ten minutes, likewise.
    var grantsPerTenMinutes: Int { max(1, perTenMinutes - inFlight) }

    /// How many requests are left in the window.
    package func left(_ window: RequestWindow) -> Int {
        max(0, cap - window.count)
    }

    /// What holds for a share.
    ///
    /// Upkeep that has used its own share up is served like `bulk`.
    func rhythm(of share: RequestShare, upkeepCount: Int) -> RequestRhythm {
        switch share {
        case .upkeep where upkeepCount < upkeepShare: rhythm(cap: cap, spare: 0, haste: nil)
        case .signal, .lead, .activity: rhythm(cap: cap, spare: spare, haste: Self.burstHaste)
        case .bulk, .upkeep:
            rhythm(
                cap: cap == 1 ? 1 : cap - (cap * bulkReservePercent + 99) / 100,
                spare: 0,
                haste: Self.burstHaste
            )
        }
    }

    /// The place that is always left for upkeep, so that an operator's command need not stand in the queue: the next one to
    /// become free is the work's again.
    private var spare: Int { cap > 10 ? 1 : 0 }

    private func rhythm(cap: Int, spare: Int, haste: Int?) -> RequestRhythm {
        let burst = burstPercent == 0 || cap <= 1 ? 0 : min(max(1, cap * burstPercent / 100), cap - 1)
        // One in each of the 12 s is as good as spread, however small the cap.
        let gap = haste.map { min(length.wholeMilliseconds / Int64(max(1, cap) * $0), flight.wholeMilliseconds) }
        return RequestRhythm(
            cap: cap - spare,
            burst: max(0, burst - spare),
            length: length.wholeMilliseconds,
            gap: burst > 0 ? gap ?? 0 : 0
        )
    }
}
