import Foundation
import Journal
import Sandbox
import TestSupport
import Testing
import Time

/// The power fails while a worker carries callbacks into Salesforce.
@Suite(
    "Power loss under a worker",
    .serialized,
    .enabled(if: SystemCallTracer.isAvailable, "strace is missing or may not trace here; `make setup` installs it"),
    .timeLimit(.minutes(Soak.isOn ? 60 : 4))
)
struct PowerLossWorkerTests {
    @Test func everythingThatWasAskedOrWrittenIsInTheJournalAtAnyMoment() async throws {
        let seed = Soak.seed()
        let people = (0..<Soak.count("LEADRELAY_POWER_PEOPLE", usual: 12, soak: 100)).map { CrashPerson(number: $0) }
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                for person in people {
                    try person.settle(in: deployment.sandbox)
                    for post in person.posts {
                        let answer = try await deployment.post(post.body, headers: ["X-Webhook-ID": post.id])
                        #expect(answer.status == 200)
                    }
                }
            }
            let disk = DiskModel(folder: deployment.folder.url.path, contents: try deployment.journalFiles)
            let file = deployment.folder.path("trace.log")
            // One request for each row, so that each can be looked up in the journal.
            let product = deployment.leadrelay
                .with(["LEADRELAY_CHECKPOINT_BYTES": "200000", "LEADRELAY_SALESFORCE_BATCH_SIZE": "1"])
                .under(SystemCallTracer.command(writing: file))
            try await product.running("worker", log: deployment.folder.path("worker.log")) { _ in
                try await deployment.eventuallyDrained(seconds: 60)
            }
            try await SystemCallTracer.waitForEnd(of: file)
            let trace = try SystemCallTrace(contentsOf: file)
            let requests = trace.requests
            #expect(requests.contains { $0.isAsking })
            #expect(requests.count { $0.isWriting } >= people.count)
            let posts = people.flatMap(\.posts)
            let figures = try await PowerLossFigures.measured(
                "worker",
                PowerCuts(in: trace, disk: disk, count: PowerLossTests.cuts / 2, seed: seed),
                acknowledged: posts.map { ($0.id, -1) }
            ) { cut, _ in
                let sent = requests.filter { $0.event <= cut.event }
                return try await PowerLossFinding(after: cut, posts: posts, sent: sent)
            }
            print("Power loss: LEADRELAY_SEED=\(seed): \(figures), \(requests.count) requests")
            #expect(figures.problems == [])
            #expect(figures.lost == 0)
            #expect(figures.cutsInCheckpoints > 0, "no cut fell into a checkpoint")
        }
    }
}

extension TracedRequest {
    /// Whether it asks GetResponse for something, which counts against the cap.
    fileprivate var isAsking: Bool { line.contains("/v3/") }
    /// Whether it changes something in Salesforce.
    fileprivate var isWriting: Bool { line.contains("/sobjects/") && !line.hasPrefix("GET") }
}

extension PowerLossFinding {
    /// Checks the journal and compares it with what had left this machine: a request that the journal does not know of would
    /// break the cap, or be sent again unawares.
    fileprivate init(after cut: PowerCut, posts: [CrashPerson.Post], sent: [TracedRequest]) async throws {
        struct Stored: Decodable { var id: String, body: String }
        let folder = try TemporaryDirectory(in: Self.memory)
        try cut.restore(into: folder)
        let path = folder.path("journal.sqlite")
        do {
            _ = try EventJournal(configuration: JournalConfiguration(path: path), time: SystemTimeSource())
            let stored = try PlainSQL.rows(
                "SELECT webhook_id AS id, CAST(body AS TEXT) AS body FROM callback",
                in: path,
                as: Stored.self
            )
            let found = Dictionary(stored.map { ($0.id, $0.body) }) { first, _ in first }
            for post in posts where found[post.id] != post.body { lost.insert(post.id) }
            try compare("requests to GetResponse", sent.count { $0.isAsking }, "SELECT count(*) FROM api_request", path)
            try compare(
                "writes to Salesforce",
                sent.count { $0.isWriting },
                "SELECT count(DISTINCT coalesce(request_id, id)) FROM effect",
                path
            )
            let check = try JournalCheck(path: path, key: nil, requestCap: 400, time: SystemTimeSource())
            for result in await check.run() where result.verdict == .failed {
                problems.append("\(result.check): \(result.finding) \(result.faults)")
            }
        } catch {
            problems.append("\(error)")
        }
    }

    private mutating func compare(_ what: String, _ sent: Int, _ sql: String, _ path: String) throws {
        let known = Int(try PlainSQL.text(sql, in: path)) ?? 0
        if known < sent { problems.append("\(sent) \(what) had left, the journal knows of \(known)") }
    }
}
