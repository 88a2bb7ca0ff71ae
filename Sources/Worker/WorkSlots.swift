import Model
import Synchronization

/// How many events are in hand: as many as configured and one more, of which opt-outs can't take the last and neither can
/// everything else together.
///
/// So an opt-out never waits for a slot behind a backlog, and a burst of opt-outs does not stop the rest. What is worked on in
/// batches may be many events; opt-outs, each with requests of its own, are limited to what the org's connections bear.
final class WorkSlots: Sendable {
    /// The two sides that leave each other a slot.
    enum Side: Sendable {
        case compliance
        case other

        init(_ lane: Lane) {
            self = lane == .compliance ? .compliance : .other
        }
    }

    /// What a claim may ask for.
    struct Room: Equatable {
        var limit: Int
        var lanes: ClosedRange<Lane>
    }

    private struct InHand {
        var compliance = 0
        var other = 0
    }

    /// How many opt-outs are carried out at once at most.
    private static let mostOptOuts = 32

    /// The most that the others may have.
    private let share: Int
    /// The most that opt-outs may have.
    private let complianceShare: Int
    private let inHand = Mutex(InHand())

    init(concurrency: Int) {
        share = max(1, concurrency)
        complianceShare = min(share, Self.mostOptOuts)
    }

    /// What may be claimed now; nil when all slots are taken.
    ///
    /// Both sides are asked for as long as neither can overstep its share with what it gets.
    var room: Room? {
        inHand.withLock { inHand in
            let free = share + 1 - inHand.compliance - inHand.other
            let forCompliance = min(free, complianceShare - inHand.compliance)
            let forOther = min(free, share - inHand.other)
            switch (forCompliance > 0, forOther > 0) {
            case (true, true): return Room(limit: min(forCompliance, forOther), lanes: .compliance ... .bulk)
            case (true, false): return Room(limit: forCompliance, lanes: .compliance ... .compliance)
            case (false, true): return Room(limit: forOther, lanes: .signal ... .bulk)
            case (false, false): return nil
            }
        }
    }

    func take(_ side: Side) {
        change(side, by: 1)
    }

    func give(back side: Side) {
        change(side, by: -1)
    }

    private func change(_ side: Side, by number: Int) {
        inHand.withLock { inHand in
            switch side {
            case .compliance: inHand.compliance += number
            case .other: inHand.other += number
            }
        }
    }
}
