import Synchronization
import TestSupport
import Time

/// The clocks of a history: they stand still but for a hundredth of a second at each look, so that the times in the journal
/// say what came before what.
///
/// The wall clock also jumps. All times are whole hundredths of a second, and the last digit of a time of the wall clock is
/// the number of jumps before it: so each can be told from the same time before a jump back.
final class HistoryClock: TimeSource {
    static let maximumJumps = 9
    private static let look: Int64 = 10

    private let base = ManualTimeSource()
    private let start: TimeReading
    private let state = Mutex((looked: Int64(0), offsets: [Int64(0)]))

    init() {
        start = base.read()
    }

    func read() -> TimeReading {
        state.withLock { state in
            state.looked += Self.look
            return reading(state)
        }
    }

    func sleep(for duration: Duration) async throws {
        try await base.sleep(for: duration)
    }

    /// The wall clock's time, without a look.
    var wall: Int64 { state.withLock { reading($0).wall } }

    /// Lets both clocks run on by a whole number of hundredths of a second.
    func advance(by duration: Duration) {
        base.advance(by: duration)
    }

    /// Sets the wall clock by so many seconds.
    func jump(seconds: Int) {
        state.withLock { state in
            guard let offset = state.offsets.last, state.offsets.count <= Self.maximumJumps else { return }
            state.offsets.append(offset + Int64(seconds) * 1000 + 1)
        }
    }

    /// When it was, on the clock that does not jump.
    func moment(ofWall wall: Int64) -> Int64 {
        state.withLock { state in
            let number = Int(wall % 10)
            let offset = state.offsets.indices.contains(number) ? state.offsets[number] : 0
            return start.boot + wall - start.wall - offset
        }
    }

    private func reading(_ state: (looked: Int64, offsets: [Int64])) -> TimeReading {
        var reading = base.read()
        reading.boot += state.looked
        reading.wall += state.looked + (state.offsets.last ?? 0)
        return reading
    }
}
