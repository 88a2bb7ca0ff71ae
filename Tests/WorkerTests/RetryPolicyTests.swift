import Model
import TestSupport
import Testing

@testable import Worker

@Suite("The retry policy")
struct RetryPolicyTests {
    static let policy = RetryPolicy(
        maxAttempts: 5,
        base: .seconds(1),
        cap: .seconds(30),
        optOutCap: .seconds(8),
        configurationPause: .seconds(40),
        quotaPause: .seconds(600)
    )

    struct Row: Sendable, CustomTestStringConvertible {
        var errorClass: ErrorClass
        var attempt: Int
        var isOptOut = false
        var retryAfter: Duration?
        var random = 1.0
        var expected: RetryPolicy.Decision
        var testDescription: String { "\(errorClass) \(attempt) \(isOptOut ? "opt-out" : "")" }
    }

    @Test(arguments: [
        Row(errorClass: .transient, attempt: 1, expected: .retry(after: .seconds(1))),
        Row(errorClass: .transient, attempt: 2, expected: .retry(after: .seconds(2))),
        Row(errorClass: .lostAnswer, attempt: 4, expected: .retry(after: .seconds(8))),
        Row(errorClass: .transient, attempt: 4, random: 0, expected: .retry(after: .zero)),
        Row(errorClass: .transient, attempt: 4, random: 0.5, expected: .retry(after: .seconds(4))),
        Row(errorClass: .transient, attempt: 1, retryAfter: .seconds(90), expected: .retry(after: .seconds(90))),
        Row(errorClass: .transient, attempt: 5, expected: .giveUp),
        Row(errorClass: .lostAnswer, attempt: 5, retryAfter: .seconds(1), expected: .giveUp),
        Row(errorClass: .transient, attempt: 5, isOptOut: true, expected: .retry(after: .seconds(8))),
        Row(errorClass: .transient, attempt: 49, isOptOut: true, expected: .retry(after: .seconds(8))),
        Row(errorClass: .transient, attempt: 50, isOptOut: true, expected: .giveUp),
        Row(errorClass: .data, attempt: 1, expected: .giveUp),
        Row(errorClass: .data, attempt: 1, isOptOut: true, retryAfter: .seconds(1), expected: .giveUp),
        Row(errorClass: .configuration, attempt: 1, expected: .snooze(after: .seconds(40))),
        Row(errorClass: .configuration, attempt: 99, isOptOut: true, expected: .snooze(after: .seconds(40))),
        Row(errorClass: .quota, attempt: 99, expected: .snooze(after: .seconds(600))),
        Row(errorClass: .quota, attempt: 1, retryAfter: .seconds(900), expected: .snooze(after: .seconds(900))),
        Row(
            errorClass: .quota,
            attempt: 1,
            isOptOut: true,
            retryAfter: .seconds(900),
            expected: .snooze(after: .seconds(8))
        ),
        Row(errorClass: .throttled, attempt: 99, retryAfter: .seconds(15), expected: .snooze(after: .seconds(15))),
        Row(errorClass: .throttled, attempt: 99, expected: .snooze(after: .seconds(10))),
    ])
    func decidesByTheTable(row: Row) {
        let decision = Self.policy.decide(
            row.errorClass,
            attempt: row.attempt,
            isOptOut: row.isOptOut,
            retryAfter: row.retryAfter,
            random: row.random
        )
        #expect(decision == row.expected)
    }

    @Test(arguments: [UInt64(1), 20_260_421, .random(in: 0 ... .max)])
    func delaysAreBoundedTriesAreCountedAndOnlyWhatIsCurableIsRetried(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let policy = RetryPolicy(
                maxAttempts: .random(in: 1...40, using: &generator),
                base: .milliseconds(.random(in: 1...5000, using: &generator)),
                cap: .milliseconds(.random(in: 1...5_000_000, using: &generator)),
                optOutCap: .milliseconds(.random(in: 1...100_000, using: &generator))
            )
            let attempt = Int.random(in: 1...500, using: &generator)
            let isOptOut = Bool.random(using: &generator)
            let wait: Duration? =
                Bool.random(using: &generator) ? nil : .milliseconds(.random(in: 0...9_000_000, using: &generator))
            let random = Double.random(in: 0..<1, using: &generator)
            func decide(_ errorClass: ErrorClass) -> RetryPolicy.Decision {
                policy.decide(errorClass, attempt: attempt, isOptOut: isOptOut, retryAfter: wait, random: random)
            }
            let limit = policy.maxAttempts * (isOptOut ? 10 : 1)
            let highest = isOptOut ? min(policy.cap, policy.optOutCap) : policy.cap
            for errorClass in [ErrorClass.transient, .lostAnswer] {
                switch decide(errorClass) {
                case .retry(let delay):
                    #expect(attempt < limit)
                    #expect(delay >= wait ?? .zero)
                    #expect(delay <= max(wait ?? .zero, highest))
                case .giveUp: #expect(attempt >= limit)
                case .snooze: Issue.record("a \(errorClass) failure must be charged")
                }
            }
            #expect(decide(.data) == .giveUp)
            for errorClass in [ErrorClass.configuration, .quota, .throttled] {
                guard case .snooze(let delay) = decide(errorClass) else {
                    Issue.record("a \(errorClass) failure must not be charged")
                    continue
                }
                #expect(delay >= .zero)
            }
        }
    }

    @Test func ceilingsNeverShrinkFromTryToTry() {
        let policy = RetryPolicy(maxAttempts: 200, base: .milliseconds(700), cap: .seconds(3600))
        var last = Duration.zero
        for attempt in 1..<200 {
            guard
                case .retry(let delay) = policy.decide(
                    .transient,
                    attempt: attempt,
                    isOptOut: false,
                    retryAfter: nil,
                    random: 1
                )
            else {
                Issue.record("attempt \(attempt) was given up")
                return
            }
            #expect(delay >= last)
            last = delay
        }
        #expect(last == .seconds(3600))
    }
}
