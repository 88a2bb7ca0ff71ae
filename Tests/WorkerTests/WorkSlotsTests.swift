import Model
import TestSupport
import Testing

@testable import Worker

@Suite("Slots", .timeLimit(.minutes(1)))
struct WorkSlotsTests {
    @Test func idleWorkerAsksForAllLanes() {
        #expect(WorkSlots(concurrency: 4).room == WorkSlots.Room(limit: 4, lanes: .compliance ... .bulk))
    }

    @Test func optOutsFindASlotBehindABacklog() {
        let slots = WorkSlots(concurrency: 2)
        slots.take(.other)
        slots.take(.other)
        #expect(slots.room == WorkSlots.Room(limit: 1, lanes: .compliance ... .compliance))
    }

    @Test func burstOfOptOutsLeavesTheOthersASlot() {
        let slots = WorkSlots(concurrency: 2)
        slots.take(.compliance)
        slots.take(.compliance)
        #expect(slots.room == WorkSlots.Room(limit: 1, lanes: .signal ... .bulk))
        slots.take(.other)
        #expect(slots.room == nil)
        slots.give(back: .compliance)
        #expect(slots.room == WorkSlots.Room(limit: 1, lanes: .compliance ... .bulk))
    }

    /// Whatever is taken of what is offered, neither side oversteps its share, and each finds room while it is below it.
    @Test(arguments: UInt64(1)...20)
    func neitherSideTakesTheOthersLast(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let concurrency = Int.random(in: 1...9, using: &generator)
        let slots = WorkSlots(concurrency: concurrency)
        var compliance = 0
        var other = 0
        for _ in 0..<500 {
            if let room = slots.room, Bool.random(using: &generator) {
                for _ in 0..<Int.random(in: 1...room.limit, using: &generator) {
                    let lane =
                        Lane.allCases.filter { room.lanes.contains($0) }.randomElement(using: &generator) ?? .bulk
                    slots.take(WorkSlots.Side(lane))
                    if lane == .compliance { compliance += 1 } else { other += 1 }
                }
            } else if compliance > 0, Bool.random(using: &generator) {
                slots.give(back: .compliance)
                compliance -= 1
            } else if other > 0 {
                slots.give(back: .other)
                other -= 1
            }
            #expect(compliance <= concurrency && other <= concurrency && compliance + other <= concurrency + 1)
            if compliance == 0 { #expect(slots.room?.lanes.contains(.compliance) == true) }
            if other == 0 { #expect(slots.room?.lanes.contains(.bulk) == true) }
        }
    }
}
