import Foundation
import Journal
import Sandbox
import Subprocess
import TestSupport
import Testing
import Time

/// Ingest and workers killed with SIGKILL again and again, while callbacks keep coming.
@Suite("Crashes", .serialized, .timeLimit(.minutes(Soak.isOn ? 30 : 5)))
struct CrashTests {
    @Test func nothingIsLostDoubledOrStuckWhateverIsKilled() async throws {
        let seed = Soak.seed()
        let kills = Soak.count("LEADRELAY_KILLS", usual: 24, soak: 240)
        print("Crashes: \(kills) kills from LEADRELAY_SEED=\(seed)")
        try await Deployment.withCrashes { deployment in
            let senders = CrashSenders(deployment, rest: .milliseconds(kills > 100 ? 300 : 60))
            let ingestReaper = CrashReaper(deployment, kills: kills / 3, seed: seed)
            let reaper = CrashReaper(deployment, kills: kills - kills / 3, seed: seed &+ 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await senders.run(atOnce: 2) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await ingestReaper.run("ingest", steps: CrashReaper.ingestSteps, log: "ingest.log")
                    }
                    for number in 1...2 {
                        group.addTask {
                            try await reaper.run("worker", steps: CrashReaper.workerSteps, log: "worker\(number).log")
                        }
                    }
                    try await group.waitForAll()
                }
                senders.stop()
                // The last ones live, and do what is left.
                try await deployment.withIngest { _ in
                    try await group.waitForAll()
                    try await deployment.withWorker { _ in
                        try await deployment.eventuallyDrained(seconds: 120)
                    }
                }
            }
            let died = ingestReaper.kills.merging(reaper.kills) { $0 + $1 }
            let total = died.values.reduce(0, +)
            print("Crashes: \(total) died (\(died.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })),")
            print("  \(senders.acknowledged.count) callbacks of \(senders.people.count) people acknowledged,")
            print("  \(senders.refusals) tries refused")
            #expect(total == kills)
            try deployment.expectEverythingOnce(of: senders.people, acknowledged: senders.acknowledged)
        }
    }

    @Test(arguments: CrashReaper.workerSteps)
    func workerThatDiesAtAnyStepAndAnyTimeLeavesEverythingToTheNext(step: String) async throws {
        try await Deployment.withCrashes { deployment in
            let people = (0..<8).map { CrashPerson(number: $0) }
            let senders = CrashSenders(deployment, rest: .zero)
            try await deployment.withIngest { _ in
                for person in people {
                    try person.settle(in: deployment.sandbox)
                    for post in person.posts { try await senders.sendUntilAcknowledged(post) }
                }
            }
            // Some are passed once in so short a run, and `rescued` only by one that comes after a death.
            let isPassedOften = ["claimed", "effects.planned", "effects.sent", "concluded"].contains(step)
            for setting in step == "rescued" ? ["claimed", step] : isPassedOften ? ["\(step):1", "\(step):3"] : [step] {
                let killed = try await deployment.leadrelay.with(["LEADRELAY_FAILPOINT": setting])
                    .run("worker", "--drain")
                #expect(killed.status == nil, "the worker was meant to die at \(setting): \(killed.error)")
            }
            try await deployment.withWorker { _ in
                try await deployment.eventuallyDrained(seconds: 60)
            }
            try deployment.expectEverythingOnce(of: people, acknowledged: senders.acknowledged)
        }
    }

    @Test func ingestThatDiesBetweenCommitAndAnswerMakesOneEventOfTheSecondTry() async throws {
        try await Deployment.withCrashes { deployment in
            let person = CrashPerson(number: 0)
            let senders = CrashSenders(deployment, rest: .zero)
            let dying = deployment.leadrelay.with(["LEADRELAY_FAILPOINT": "callbacks.committed"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await senders.sendUntilAcknowledged(person.posts[0]) }
                let end = try await dying.running("ingest", log: deployment.folder.path("ingest.log")) { running in
                    try await running.dies(within: .seconds(20))
                }
                #expect(end.value)
                #expect(senders.acknowledged.isEmpty)
                try await deployment.withIngest { _ in
                    try await group.waitForAll()
                    try await deployment.withWorker { _ in try await deployment.eventuallyDrained() }
                }
            }
            #expect(try PlainSQL.text("SELECT count(*) FROM callback", in: deployment.journalPath) == "2")
            #expect(try PlainSQL.text("SELECT count(*) FROM event", in: deployment.journalPath) == "1")
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
        }
    }

    @Test func eventsOfADeadWorkerAreTakenUpByAnotherWithinTwoSeconds() async throws {
        try await Deployment.withCrashes { deployment in
            deployment.sandbox.salesforce.faults.inject(
                .delay(.seconds(8)),
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead")
            )
            let person = CrashPerson(number: 0)
            try await deployment.withIngest { _ in
                let answer = try await deployment.post(person.posts[0].body)
                #expect(answer.status == 200)
            }
            let heirLog = deployment.folder.path("worker2.log")
            let killedAt = try await deployment.withWorker { first in
                try await deployment.eventually("the write is out") {
                    deployment.sandbox.salesforce.requests.all.contains {
                        $0.method == "PATCH" && $0.path.contains("/sobjects/Lead")
                    }
                }
                return try await deployment.leadrelay.running("worker", log: heirLog) { _ in
                    try await deployment.eventually("the other worker runs") {
                        try String(contentsOfFile: heirLog, encoding: .utf8).contains("The worker runs")
                    }
                    let killedAt = SystemTimeSource().read().wall
                    try first.send(.kill)
                    try await deployment.eventuallyDrained()
                    return killedAt
                }.value
            }
            let attempts: [CrashAttempt] = try PlainSQL.rows(
                "SELECT outcome, worker, started_at AS startedAt FROM attempt ORDER BY id",
                in: deployment.journalPath
            )
            #expect(attempts.map(\.outcome) == ["lost", "completed"])
            #expect(Set(attempts.map(\.worker)).count == 2)
            let delay = (attempts.last?.startedAt ?? .max) - killedAt
            print("Crashes: the events of a dead worker were taken up after \(delay) ms")
            // Two seconds by design; a machine that runs all tests at once may be slow.
            #expect(delay < 5000)
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 1)
        }
    }
}

private struct CrashAttempt: Decodable {
    var outcome: String
    var worker: String
    var startedAt: Int64
}

extension Deployment {
    /// A deployment that does not mind dying: short backoffs, and tries and requests enough for them.
    static func withCrashes(_ body: (Deployment) async throws -> Void) async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.hourlyCap = 20_000
        try await withFresh(configuration) { deployment in
            var dying = deployment
            dying.leadrelay = deployment.leadrelay.with([
                "LEADRELAY_GETRESPONSE_HOURLY_CAP": "20000", "LEADRELAY_WORKER_MAX_ATTEMPTS": "100",
                "LEADRELAY_WORKER_RETRY_BASE": "50ms", "LEADRELAY_WORKER_RETRY_CAP": "1s",
            ])
            try await body(dying)
        }
    }

    /// Checks what must hold once everything is done: every acknowledged callback is there, every event has its end, nothing was
    /// done twice, and the file is sound.
    func expectEverythingOnce(of people: [CrashPerson], acknowledged: [String]) throws {
        struct Stored: Decodable { var id: String }
        let stored = try PlainSQL.rows(
            "SELECT DISTINCT webhook_id AS id FROM callback",
            in: journalPath,
            as: Stored.self
        )
        let lost = Set(acknowledged).subtracting(stored.map(\.id))
        #expect(lost.isEmpty, "acknowledged, but not in the journal: \(lost.sorted())")
        #expect(acknowledged.count == people.reduce(0) { $0 + $1.posts.count })
        let faults = try PlainSQL.faults(in: journalPath)
        let told = try story(of: faults)
        #expect(faults.map(\.description) == [], "\(told)")
        let ends = try PlainSQL.text("SELECT DISTINCT state FROM event", in: journalPath)
        #expect(ends == "completed")
        #expect(try PlainSQL.text("PRAGMA integrity_check", in: journalPath) == "ok")
        let once = try PlainSQL.text(
            "SELECT count(*) - count(DISTINCT idempotency_key) FROM event WHERE action <> 'enrich'",
            in: journalPath
        )
        #expect(once == "0")
        let problems = people.flatMap { $0.problems(in: sandbox) }
        #expect(problems == [])
        #expect(sandbox.salesforce.rows("Lead").count == people.count { !$0.isContact })
        #expect(sandbox.salesforce.rows("Task").count == people.count)
        #expect(
            !sandbox.salesforce.requests.all.contains { $0.body.contains(#""HasOptedOutOfEmail":false"#) }
        )
        expectNoLockErrors()
    }

    /// What the journal says of the events behind faults that name an effect, for whoever looks into a failure.
    private func story(of faults: [PlainSQL.Fault]) throws -> String {
        guard !faults.isEmpty else { return "" }
        let effects = faults.map { String($0.row) }.joined(separator: ", ")
        return try PlainSQL.text(
            """
            SELECT e.id, e.action, e.claim, e.state, e.outcome, f.id, f.idempotency_key, f.kind, f.state, f.fields,
                (SELECT group_concat(a.id || ' ' || a.outcome, '; ') FROM attempt AS a WHERE a.event_id = e.id)
            FROM effect_event AS x JOIN event AS e ON e.id = x.event_id JOIN effect AS f ON f.id = x.effect_id
            WHERE e.person IN (SELECT person FROM effect WHERE id IN (\(effects))) ORDER BY e.id, f.id
            """,
            in: journalPath
        )
    }

    /// No process met a locked database outside the wait for it.
    func expectNoLockErrors() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
        where name.hasSuffix(".log") {
            let log = (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
            let lines = log.split(separator: "\n").filter { line in
                ["database is locked", "SQLITE_BUSY", "another process held its lock"].contains { line.contains($0) }
            }
            #expect(lines == [], "\(name)")
        }
    }
}
