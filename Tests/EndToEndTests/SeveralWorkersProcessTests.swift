import Foundation
import Sandbox
import TestSupport
import Testing

/// Several worker processes on one file, all on one backlog.
@Suite("Several worker processes", .serialized, .timeLimit(.minutes(Soak.isOn ? 30 : 5)))
struct SeveralWorkersProcessTests {
    @Test(arguments: [2, 4])
    func doABacklogOnceEachWithoutALockedDatabase(workers: Int) async throws {
        try await Deployment.withCrashes { deployment in
            let people = (0..<Soak.count("LEADRELAY_PEOPLE", usual: 80, soak: 1500)).map { CrashPerson(number: $0) }
            let senders = CrashSenders(deployment, rest: .zero)
            try await deployment.withIngest { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for first in 0..<4 {
                        group.addTask {
                            for person in people where person.number % 4 == first {
                                try person.settle(in: deployment.sandbox)
                                for post in person.posts { try await senders.sendUntilAcknowledged(post) }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let time = try await deployment.drain(by: workers)
            try deployment.expectEverythingOnce(of: people, acknowledged: senders.acknowledged)
            let tries: [WorkerTries] = try PlainSQL.rows(
                """
                SELECT worker, count(*) AS tries, count(DISTINCT event_id) AS events,
                    sum(outcome IN ('lost', 'retry', 'dead')) AS failures
                FROM attempt GROUP BY worker
                """,
                in: deployment.journalPath
            )
            // On a busy machine one may start when nothing is left.
            #expect(tries.count > 1 && tries.count <= workers, "the workers did not share the backlog: \(tries)")
            // A profile that comes in between lets what was to share a write be tried alone: that is no failure.
            #expect(tries.allSatisfy { $0.failures == 0 }, "\(tries)")
            let overlaps = try PlainSQL.text(Self.overlapsSQL, in: deployment.journalPath)
            #expect(overlaps == "0", "tries of one person lie in one another")
            let events = tries.reduce(0) { $0 + $1.events }
            let rate = Double(events) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
            print("Several workers: \(workers) did \(events) events in \(time), \(Int(rate)) events/s (debug build)")
        }
    }

    /// Tries of one person at the same time, but for those that were carried out in the same writes.
    private static let overlapsSQL = """
        SELECT count(*) FROM attempt AS a JOIN event AS e ON e.id = a.event_id
        JOIN event AS f ON f.person = e.person AND f.id <> e.id JOIN attempt AS b ON b.event_id = f.id
        WHERE a.id < b.id AND b.started_at < a.finished_at AND NOT (a.worker = b.worker AND a.finished_at = b.finished_at)
        """
}

private struct WorkerTries: Decodable {
    var worker: String
    var tries: Int
    var events: Int
    var failures: Int
}

extension Deployment {
    /// Runs workers side by side until nothing is left, and says how long that took from the start of their work.
    fileprivate func drain(by workers: Int) async throws -> Duration {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...workers {
                group.addTask {
                    try await leadrelay.running("worker", log: folder.path("worker\(number).log")) { _ in
                        try await eventuallyDrained(seconds: Soak.isOn ? 1200 : 120)
                    }
                }
            }
            try await eventually("a worker runs") {
                try PlainSQL.text("SELECT count(*) FROM event", in: journalPath) != "0"
            }
            let start = ContinuousClock.now
            try await eventuallyDrained(seconds: Soak.isOn ? 1200 : 120)
            let time = ContinuousClock.now - start
            try await group.waitForAll()
            return time
        }
    }
}
