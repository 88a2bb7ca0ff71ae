import Synchronization

/// A clock that stands still until a test moves it.
final class MovableClock: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ milliseconds: Int64 = 1_776_762_900_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    var now: Int64 { milliseconds.withLock { $0 } }

    func advance(by duration: Int64) {
        milliseconds.withLock { $0 += duration }
    }
}
