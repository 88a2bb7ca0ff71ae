package import Journal
package import Model

/// GetResponse's requests: those of the running window, those that are needed, and those that were saved.
package struct BudgetFigures: Hashable, Sendable {
    /// The most that may leave in a window.
    package var cap: Int
    /// Those that have left, or are granted.
    package var used: Int
    /// Those that may still leave in the window.
    package var left: Int
    /// How long all requests are paused.
    package var pausedSeconds: Double
    /// Requests that waiting events still need, by lane.
    package var needed: [Lane: Int]
    /// How long until the last of them may leave; infinite where one never may.
    package var drainSeconds: Double
    /// How many contacts got their details in which way.
    package var ways: [ProfileWay: Int]

    package init(
        cap: Int,
        used: Int,
        left: Int,
        pausedSeconds: Double = 0,
        needed: [Lane: Int] = [:],
        drainSeconds: Double = 0,
        ways: [ProfileWay: Int] = [:]
    ) {
        self.cap = cap
        self.used = used
        self.left = left
        self.pausedSeconds = pausedSeconds
        self.needed = needed
        self.drainSeconds = drainSeconds
        self.ways = ways
    }
}
