import Foundation
import TestSupport
import Testing
import Time

@Suite("The machine's clocks", .timeLimit(.minutes(1)))
struct SystemTimeSourceTests {
    @Test func wallClockIsTheSystems() {
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 1
        let reading = SystemTimeSource().read()
        #expect((before...before + 60_000).contains(reading.wall))
    }

    @Test func bootClockNeverGoesBackAndIsTheSameForEverySource() {
        let sources = [SystemTimeSource(), SystemTimeSource()]
        var last: Int64 = 0
        for number in 0..<1000 {
            let boot = sources[number % 2].read().boot
            #expect(boot >= last)
            last = boot
        }
        #expect(last > 0)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/sys/kernel/random/boot_id")))
    func bootIDIsTheKernels() throws {
        let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let reading = SystemTimeSource().read()
        #expect(reading.bootID == text.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(UUID(uuidString: reading.bootID) != nil)
    }

    @Test func sleepEndsWithItsTaskCancelled() async {
        let task = Task { try await SystemTimeSource().sleep(for: .seconds(3600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
