/// The clocks, injected wherever time matters so that a test can hold them.
package protocol TimeSource: Sendable {
    /// Reads both clocks at once.
    func read() -> TimeReading

    /// Suspends for `duration` of this source's time.
    ///
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws
}

/// Both clocks at one moment.
///
/// Wall time is what people and APIs mean, but it jumps. The boot clock does not, but means nothing after a restart of the
/// machine. Leases and the request ledger keep both and trust the second while `bootID` is the same.
package struct TimeReading: Hashable, Sendable {
    /// Milliseconds since 1970 UTC.
    package var wall: Int64
    /// Milliseconds since the machine started, suspension included (CLOCK_BOOTTIME).
    package var boot: Int64
    /// Names this run of the machine: the kernel's random boot id.
    package var bootID: String

    package init(wall: Int64, boot: Int64, bootID: String) {
        self.wall = wall
        self.boot = boot
        self.bootID = bootID
    }
}
