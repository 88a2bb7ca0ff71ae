import Foundation

/// The machine's own clocks.
package struct SystemTimeSource: TimeSource {
    private let bootID: String

    /// Reads the kernel's boot id once; without `/proc` every process counts as a boot of its own, which is safe: rows of
    /// another boot are judged by wall time.
    package init() {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        bootID = text?.split(whereSeparator: \.isNewline).first.map(String.init) ?? UUID().uuidString
    }

    package func read() -> TimeReading {
        TimeReading(wall: Self.milliseconds(of: CLOCK_REALTIME), boot: Self.milliseconds(of: bootClock), bootID: bootID)
    }

    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }

    private var bootClock: clockid_t {
        #if os(Linux)
        CLOCK_BOOTTIME
        #else
        CLOCK_MONOTONIC
        #endif
    }

    private static func milliseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
