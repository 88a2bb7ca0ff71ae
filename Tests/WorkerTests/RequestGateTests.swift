import GetResponse
import Journal
import Model
import TestSupport
import Testing
import Time

@testable import Worker

@Suite("The request gate", .timeLimit(.minutes(1)))
struct RequestGateTests {
    private func withJournal(_ body: (EventJournal, ManualTimeSource) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let time = ManualTimeSource()
        let journal = try EventJournal(
            configuration: JournalConfiguration(path: directory.path("leadrelay.sqlite")),
            time: time
        )
        try await body(journal, time)
        withExtendedLifetime(directory) {}
    }

    private func wait(_ gate: JournalRequestGate) async throws -> Duration? {
        do {
            _ = try await gate.admit(.contact)
            return nil
        } catch .budgetExhausted(let wait) {
            return wait
        }
    }

    @Test func grantIsUsableForTwoSecondsAndStaysSpent() async throws {
        try await withJournal { journal, time in
            let gate = JournalRequestGate(journal: journal, budget: RequestBudget(cap: 1), worker: "w", time: time)
            let grant = try await gate.admit(.contact)
            #expect(grant.usable())
            time.advance(by: .milliseconds(1999))
            #expect(grant.usable())
            time.advance(by: .milliseconds(1))
            #expect(!grant.usable())
            await gate.settle(grant, status: nil, rateLimit: nil)
            #expect(try await wait(gate) == .milliseconds(3_610_000))
        }
    }

    @Test func everyPurposeAndEveryWorkerDrawsFromOneBudget() async throws {
        try await withJournal { journal, time in
            let budget = RequestBudget(cap: RequestPurpose.allCases.count, burstPercent: 100)
            for (index, purpose) in RequestPurpose.allCases.enumerated() {
                let gate = JournalRequestGate(journal: journal, budget: budget, worker: "w\(index)", time: time)
                let grant = try await gate.admit(purpose)
                await gate.settle(grant, status: 200, rateLimit: nil)
                time.advance(by: .seconds(200))
            }
            let gate = JournalRequestGate(journal: journal, budget: budget, worker: "another", time: time)
            #expect(try await wait(gate) != nil)
        }
    }

    private func command(_ journal: EventJournal, _ time: ManualTimeSource, cap: Int) -> JournalRequestGate {
        JournalRequestGate(
            journal: journal,
            budget: RequestBudget(cap: cap),
            worker: "doctor",
            share: .upkeep,
            patience: .seconds(60),
            time: time
        )
    }

    @Test func commandWaitsAMinuteForItsGrant() async throws {
        try await withJournal { journal, time in
            _ = try await command(journal, time, cap: 1).admit(.account)
            time.advance(by: .milliseconds(3_612_000 - 60_000))
            let waiting = Task { try await command(journal, time, cap: 1).admit(.account).id }
            try await eventually("it waits") { time.sleeperCount == 1 }
            time.advance(by: .milliseconds(59_999))
            #expect(try await journal.reader.requestWindow(length: .seconds(3612)).count == 1)
            time.advance(by: .milliseconds(1))
            #expect(try await waiting.value == 2)
        }
    }

    @Test func commandThatWouldWaitLongerSaysAtOnceWhenItCould() async throws {
        try await withJournal { journal, time in
            _ = try await command(journal, time, cap: 1).admit(.account)
            time.advance(by: .milliseconds(3_612_000 - 60_001))
            let refusal = try await wait(command(journal, time, cap: 1))
            #expect(refusal == .milliseconds(60_001))
            #expect(time.sleeperCount == 0)
            let sentence = "\(GetResponseError.budgetExhausted(retryAfter: .milliseconds(60_001)))"
            #expect(sentence == "No GetResponse request may leave now; the next one can in 61 s.")
        }
    }

    @Test func commandRespectsThePauseThatTheServerAskedFor() async throws {
        try await withJournal { journal, time in
            let gate = command(journal, time, cap: 400)
            let grant = try await gate.admit(.account)
            await gate.settle(grant, status: 429, rateLimit: RateLimitState(pause: .seconds(90)))
            #expect(try await wait(gate) == .seconds(90))
        }
    }

    @Test(arguments: [UInt64(3), .random(in: 0 ... .max)])
    func noRollingHourHasMoreGrantsThanTheCapOverRebootsAndClockJumps(seed: UInt64) async throws {
        try await withJournal { journal, time in
            var generator = SeededGenerator(seed: seed)
            let budget = RequestBudget(cap: 5, burstPercent: 50)
            let gate = JournalRequestGate(journal: journal, budget: budget, worker: "w", time: time)
            var trueTime: Int64 = 0
            var grants: [Int64] = []
            func pass(_ duration: Duration) {
                time.advance(by: duration)
                trueTime += duration.wholeMilliseconds
            }
            for round in 0..<150 {
                if let wait = try await wait(gate) {
                    #expect(wait > .zero)
                    pass(min(wait, .milliseconds(.random(in: 1...2_000_000, using: &generator))))
                } else {
                    grants.append(trueTime)
                    pass(.milliseconds(.random(in: 0...600_000, using: &generator)))
                }
                if round % 10 == 9 { time.reboot(bootID: "boot-\(round)") }
            }
            #expect(grants.count > 20)
            for index in grants.indices where index >= budget.cap {
                #expect(grants[index] - grants[index - budget.cap] >= 3_600_000)
            }
        }
    }
}
