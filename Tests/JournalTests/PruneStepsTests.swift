import Foundation
import GRDB
import Model
import Synchronization
import TestSupport
import Testing

@testable import Journal

@Suite("A prune goes in small steps", .timeLimit(.minutes(2)))
struct PruneStepsTests {
    /// The rows that each transaction changed.
    private final class Steps: Sendable {
        private let seen = Mutex<[Int]>([])
        var sizes: [Int] { seen.withLock(\.self) }
        func note(_ total: Int) { seen.withLock { $0.append(total - $0.reduce(0, +)) } }
    }

    private static let callbacks = JournalRetention(
        callbacks: .days(1),
        events: nil,
        effects: nil,
        requests: nil,
        profiles: nil
    )

    @Test func transactionChangesAtMostFiveHundredRows() async throws {
        let fixture = try await Self.filled(callbacks: 1300, bodyBytes: 10)
        let rests = Mutex<[Duration]>([])
        let steps = Steps()
        let report = try await fixture.prune(
            Self.callbacks,
            rest: { rest in rests.withLock { $0.append(rest) } },
            progress: { steps.note($0.changed) }
        )
        #expect(report[.callbacks]?.changed == 1300)
        #expect(steps.sizes.filter { $0 > 0 }.allSatisfy { $0 <= 500 })
        #expect(steps.sizes.filter { $0 > 0 }.count >= 3)
        #expect(rests.withLock { $0.count } >= 3)
        #expect(rests.withLock { $0.allSatisfy { $0 >= .milliseconds(10) } })
    }

    /// Freed pages cost time too: large bodies make for fewer rows in a transaction.
    @Test func transactionFreesAboutHalfAMegabyteAtMost() async throws {
        let fixture = try await Self.filled(callbacks: 20, bodyBytes: 200_000)
        let steps = Steps()
        _ = try await fixture.prune(Self.callbacks, progress: { steps.note($0.changed) })
        #expect(steps.sizes.reduce(0, +) == 20)
        #expect(steps.sizes.allSatisfy { $0 <= 2 })
    }

    @Test func slowTransactionsGetShorterAndQuickOnesLongerAgain() {
        var batch = PruneBatch(cursor: 0)
        func limit() -> Int {
            var copy = batch
            var id: Int64 = 1
            while true {
                let row = PruneRow(id: id, bytes: 0, isOld: true, verdict: .due)
                if copy.isFull(before: row) { return copy.ids.count }
                copy.add(row)
                id += 1
            }
        }
        #expect(limit() == 500)
        for id in 1...500 { batch.add(PruneRow(id: Int64(id), bytes: 0, isOld: true, verdict: .due)) }
        batch.adapt(tookMilliseconds: 80)
        batch.empty()
        #expect(limit() == 250)
        batch.adapt(tookMilliseconds: 5)
        #expect(limit() == 500)
    }

    /// Stopped after each transaction in turn, it goes on where it was and ends as if it had never been stopped.
    @Test func interruptedPruneGoesOnWhereItWas() async throws {
        let fixture = try await Self.filled(callbacks: 1200, bodyBytes: 10)
        var changed = 0
        var runs = 0
        while runs < 20 {
            runs += 1
            var last = 0
            do {
                let stop: @Sendable (Duration) async throws -> Void = { _ in throw CancellationError() }
                _ = try await fixture.prune(Self.callbacks, rest: stop) { last = $0.changed }
                changed += last
                break
            } catch is CancellationError {
                changed += last
                #expect(
                    try await fixture.integer("SELECT value FROM checkpoint WHERE name = 'prune.callbacks'")
                        == Int64(changed)
                )
            }
        }
        #expect(runs == 4)
        #expect(changed == 1200)
        #expect(try await fixture.integer("SELECT count(*) FROM callback WHERE state = 'pruned'") == 1200)
    }

    @Test func laterRunDoesNotLookAtWhatIsDone() async throws {
        let fixture = try await Self.filled(callbacks: 50, bodyBytes: 10)
        #expect(try await fixture.prune(Self.callbacks)[.callbacks]?.examined == 50)
        _ = try await fixture.journal.append([.sample(receivedAt: fixture.now)])
        #expect(try await fixture.prune(Self.callbacks)[.callbacks]?.examined == 1)
    }

    @Test func dryRunCountsTheSameAndChangesNothing() async throws {
        let fixture = try await Self.filled(callbacks: 30, bodyBytes: 10)
        let before = try await fixture.rows("SELECT id, state, hex(body) FROM callback")
        let dry = try await fixture.prune(.all(.days(1)), isDryRun: true)
        #expect(try await fixture.rows("SELECT id, state, hex(body) FROM callback") == before)
        #expect(try await fixture.integer("SELECT count(*) FROM checkpoint WHERE name GLOB 'prune*'") == 0)
        let real = try await fixture.prune(.all(.days(1)))
        #expect(dry.changed > 0)
        #expect(dry.counts == real.counts)
    }

    @Test func oneOfSeveralWorkersPrunesInAnHour() async throws {
        let fixture = try JournalFixture()
        let other = try fixture.openAnother()
        #expect(try await fixture.journal.takePruneTurn(interval: .seconds(3600)))
        #expect(try await other.takePruneTurn(interval: .seconds(3600)) == false)
        fixture.time.advance(by: .seconds(3600))
        #expect(try await other.takePruneTurn(interval: .seconds(3600)))
        fixture.time.jumpWall(by: .seconds(-86_400))
        #expect(try await fixture.journal.takePruneTurn(interval: .seconds(3600)), "the clock was set back")
    }

    /// Whatever states and ages there are, exactly those go that a plain reading of the rules names, over several runs.
    @Test(arguments: [UInt64.random(in: 0 ... .max), 7])
    func exactlyTheRightOnesGo(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try JournalFixture()
        for number in 0..<40 {
            let action = generator.pick([Action.subscribe, .open, .click, .unsubscribe])
            let ending: EventConclusion? = generator.pick([
                nil, nil, .dead(.data, "no"), .retry(at: fixture.now.advanced(by: .days(9000)), .transient, "no"),
            ])
            try await fixture.live(.sample(action, email: "\(number)@x", contactID: "c\(number)"), ending)
            fixture.time.advance(by: .seconds(Int.random(in: 0...300_000, using: &generator)))
        }
        for _ in 0..<6 {
            fixture.time.advance(by: .days(Int.random(in: 0...30, using: &generator)))
            if let dead = try await fixture.integer("SELECT min(id) FROM event WHERE state = 'dead'"),
                Bool.random(using: &generator)
            {
                try await fixture.journal.discard(dead, reason: "test")
            }
            let retention = JournalRetention.all(.days(Int.random(in: 1...60, using: &generator)))
            let cutoff = fixture.now.milliseconds - (retention.callbacks ?? .zero).wholeMilliseconds
            let expected = try await fixture.integers(Self.expectedSQL(cutoff: cutoff))
            _ = try await fixture.prune(retention)
            let gone = try await fixture.integers("SELECT id FROM callback WHERE state = 'pruned' ORDER BY id")
            #expect(gone == expected, "seed \(seed)")
        }
        #expect(try await fixture.callbackChainFaults() == [])
    }

    /// Each callback has one event here.
    private static func expectedSQL(cutoff: Int64) -> String {
        """
        SELECT c.id FROM callback c JOIN delivery d ON d.callback_id = c.id JOIN event e ON e.id = d.event_id
        WHERE c.state = 'pruned' OR (
            c.received_at < \(cutoff) AND e.opt_out = 0 AND e.state IN ('completed', 'discarded'))
        ORDER BY c.id
        """
    }

    /// Finished callbacks of ten days ago.
    static func filled(callbacks count: Int, bodyBytes: Int) async throws -> JournalFixture {
        let fixture = try JournalFixture()
        let body = String(repeating: "x", count: bodyBytes)
        let sample = NewCallback.sample(body, receivedAt: fixture.now)
        _ = try await fixture.journal.append(Array(repeating: sample, count: count))
        while true {
            let waiting = try await fixture.reader.undecodedCallbacks(limit: 500)
            guard !waiting.isEmpty else { break }
            let decoded = waiting.map { callback in
                DecodedCallback(callback: callback, elements: [.sample(.open, email: "\(callback.id)@x")])
            }
            _ = try await fixture.journal.record(decoded, duplicateWindow: .zero)
        }
        try await fixture.execute(
            """
            UPDATE event SET state = 'completed', outcome = 'ignored', finalized_at = \(fixture.now.milliseconds)
            WHERE state = 'available'
            """
        )
        fixture.time.advance(by: .days(10))
        return fixture
    }
}
