/// How the requests of one share are spread over the window.
struct RequestRhythm: Hashable, Sendable {
    /// The most requests in a window.
    var cap: Int
    /// How many of them may go ahead of the even pace; less than `cap`.
    var burst: Int
    /// The window, in milliseconds.
    var length: Int64
    /// The least time between two requests, in milliseconds.
    var gap: Int64
}

/// When the next request may go after those that went.
///
/// Of the requests in the window, the i-th newest must be at least `(i - burst) * length / (cap - burst)` old. In words: what is
/// not burst goes evenly, at a pace that can be kept up without ever standing at a full window. For `i = cap` this says that
/// a window holds no more than the cap, exactly; a burst is taken out of the pace and not added to it; and whoever keeps to the
/// rule never waits longer than `length / (cap - burst)` for the next request. When a burst leaves the window, as much may
/// go in a burst again, so that all of the cap is used.
struct RequestPace: Sendable {
    let rhythm: RequestRhythm
    private var count = 0
    private var last: Int64?
    /// The requests that can be decisive: each has a greater bound than all later ones.
    ///
    /// Those before `first` are too old.
    private var decisive: [(index: Int, bound: Int64)] = []
    private var first = 0

    /// The pace after requests that went at these times, oldest first.
    init(_ rhythm: RequestRhythm, after times: [Int64] = []) {
        self.rhythm = rhythm
        // None but the newest can be decisive.
        for time in times.suffix(rhythm.cap) { append(time) }
    }

    /// Adds a request that went; the times never go back.
    mutating func append(_ time: Int64) {
        let bound = time * divisor - Int64(count) * rhythm.length
        while decisive.count > first, let last = decisive.last, last.bound <= bound { decisive.removeLast() }
        decisive.append((count, bound))
        count += 1
        last = time
        while first < decisive.count, decisive[first].index < count - rhythm.cap { first += 1 }
    }

    /// The earliest time of the next request; nil when this share never gets one.
    var earliest: Int64? {
        guard rhythm.cap > 0 else { return nil }
        guard let last, first < decisive.count else { return .min }
        let dividend = decisive[first].bound + Int64(count - rhythm.burst) * rhythm.length
        // Rounded up, also below zero.
        let paced = dividend > 0 ? (dividend + divisor - 1) / divisor : dividend / divisor
        return max(paced, last + rhythm.gap)
    }

    private var divisor: Int64 { Int64(rhythm.cap - rhythm.burst) }
}
