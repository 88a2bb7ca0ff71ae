import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("The cap, over random times", .timeLimit(.minutes(1)))
struct LedgerPropertyTests {
    /// What may happen to the clocks beside the passing of time.
    enum Trouble: CaseIterable {
        case none
        case wallJumps
        case reboots
        /// The wall clock set back, then a restart: rows of the future count as now, so fewer leave and never more.
        case setBackAndReboot
    }

    /// In no 3,600 s of true time are more granted than the cap, and who waits as long as told is granted at once.
    @Test(arguments: Trouble.allCases, UInt64(1)...5)
    func noWindowHoldsMoreThanTheCap(trouble: Trouble, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try JournalFixture()
        let journals = [fixture.journal, try fixture.openAnother()]
        let cap = Int.random(in: 1...6, using: &generator)
        let length = Duration.seconds(3600)
        var trueTime: Int64 = 0
        var granted: [Int64] = []
        var boots = 1
        func pass(_ duration: Duration) {
            fixture.time.advance(by: duration)
            trueTime += duration.wholeMilliseconds
        }
        for _ in 0..<60 {
            pass(.milliseconds(Int64.random(in: 0...900_000, using: &generator)))
            if Int.random(in: 0..<4, using: &generator) == 0 {
                if trouble == .wallJumps {
                    fixture.time.jumpWall(by: .seconds(Int.random(in: -9000...9000, using: &generator)))
                }
                if trouble == .setBackAndReboot {
                    fixture.time.jumpWall(by: .seconds(Int.random(in: -3000...0, using: &generator)))
                }
                if trouble == .reboots || trouble == .setBackAndReboot {
                    boots += 1
                    fixture.time.reboot(bootID: "boot-\(boots)")
                }
            }
            let journal = journals[Int.random(in: 0..<2, using: &generator)]
            switch try await ask(journal, cap: cap, length: length) {
            case .granted: granted.append(trueTime)
            case .taken: Issue.record("nothing was reserved")
            case .wait(let duration):
                #expect(duration > .zero && duration <= length)
                guard trouble != .setBackAndReboot, Bool.random(using: &generator) else { continue }
                pass(duration - .milliseconds(1))
                let early = try await ask(journal, cap: cap, length: length)
                #expect(early == .wait(.milliseconds(1)), "it was told to wait too long")
                pass(.milliseconds(1))
                guard case .granted = try await ask(journal, cap: cap, length: length) else {
                    Issue.record("it was told to wait too short")
                    return
                }
                granted.append(trueTime)
            }
        }
        for (index, time) in granted.enumerated() where index >= cap {
            #expect(time - granted[index - cap] >= 3_600_000, "grant \(index) of \(granted)")
        }
        #expect(granted.count > cap || trouble == .setBackAndReboot)
    }

    private func ask(_ journal: EventJournal, cap: Int, length: Duration) async throws -> LedgerAnswer {
        try await journal.grantRequest(RequestAsk(purpose: "contact", worker: "w", length: length)) { window in
            guard window.count >= cap else { return .grant }
            return .wait(length - .milliseconds(window.ages[cap - 1]))
        }
    }
}
