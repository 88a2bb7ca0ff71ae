import Model
import Synchronization

/// How many events are in hand: so many of any lane, and one slot that only opt-outs get.
final class WorkSlots: Sendable {
    enum Kind: Sendable {
        case general
        case compliance
    }

    private struct Free {
        var general: Int
        var compliance = 1
    }

    private let free: Mutex<Free>

    init(concurrency: Int) {
        free = Mutex(Free(general: max(1, concurrency)))
    }

    /// What a claim may ask for now: as many events of any lane as there are free slots; when there are none, one opt-out.
    var next: (kind: Kind, limit: Int, lanes: ClosedRange<Lane>)? {
        free.withLock { free in
            if free.general > 0 { return (.general, free.general, .compliance ... .bulk) }
            if free.compliance > 0 { return (.compliance, free.compliance, .compliance ... .compliance) }
            return nil
        }
    }

    func take(_ kind: Kind) {
        change(kind, by: -1)
    }

    func give(back kind: Kind) {
        change(kind, by: 1)
    }

    private func change(_ kind: Kind, by number: Int) {
        free.withLock { free in
            switch kind {
            case .general: free.general += number
            case .compliance: free.compliance += number
            }
        }
    }
}
