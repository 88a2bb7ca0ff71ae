import TestSupport
import Testing
import Time

/// The tests' own clocks: what every other test of time rests on.
@Suite("Clocks that a test moves", .timeLimit(.minutes(1)))
struct ManualTimeSourceTests {
    @Test func bothClocksAdvanceTogetherAndJumpApart() {
        let time = ManualTimeSource(wall: 1000, boot: 50, bootID: "a")
        time.advance(by: .milliseconds(1500))
        #expect(time.read() == TimeReading(wall: 2500, boot: 1550, bootID: "a"))
        time.jumpWall(by: .seconds(-2))
        #expect(time.read() == TimeReading(wall: 500, boot: 1550, bootID: "a"))
        time.reboot(bootID: "b")
        #expect(time.read().bootID == "b")
        #expect(time.read().wall == 500)
    }

    @Test func sleeperWakesWhenItsTimeHasComeAndNotBefore() async throws {
        let time = ManualTimeSource()
        let sleeper = Task { try await time.sleep(for: .seconds(10)) }
        while time.sleeperCount == 0 { await Task.yield() }
        time.advance(by: .milliseconds(9999))
        #expect(time.sleeperCount == 1)
        time.advance(by: .milliseconds(1))
        #expect(time.sleeperCount == 0)
        try await sleeper.value
    }

    @Test func cancelledSleeperWakesWithAnError() async {
        let time = ManualTimeSource()
        let sleeper = Task { try await time.sleep(for: .seconds(10)) }
        while time.sleeperCount == 0 { await Task.yield() }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func nothingIsSleptForNoTime() async throws {
        try await ManualTimeSource().sleep(for: .zero)
        try await ManualTimeSource().sleep(for: .seconds(-5))
    }
}
