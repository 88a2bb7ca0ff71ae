import Foundation
import Synchronization

/// One line on standard error that is written over as work goes on; nothing where nobody watches.
final class ProgressLine: Sendable {
    private let isWatched = isatty(STDERR_FILENO) == 1
    private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

    /// Shows `text`, ten times a second at most.
    func show(_ text: @autoclosure () -> String) {
        guard isWatched else { return }
        let now = ContinuousClock.now
        let isDue = lastShown.withLock { last in
            if let last, now - last < .milliseconds(100) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    }

    /// Clears the line.
    func finish() {
        guard lastShown.withLock({ $0 != nil }) else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}

/// Sizes for people.
enum ByteCount {
    /// In the largest binary unit that leaves at least 1, with one digit after the point.
    static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if value < 1024 || unit == "GiB" {
                return unit == "bytes" ? "\(bytes) bytes" : "\((value * 10).rounded() / 10) \(unit)"
            }
            value /= 1024
        }
        return "\(bytes) bytes"
    }
}
