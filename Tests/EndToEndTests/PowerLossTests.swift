import AsyncHTTPClient
import Foundation
import TestSupport
import Testing

/// The power fails at any moment of a traced run, and the journal is what a disk would hold then.
@Suite(
    "Power loss",
    .serialized,
    .enabled(if: SystemCallTracer.isAvailable, "strace is missing or may not trace here; `make setup` installs it"),
    .timeLimit(.minutes(Soak.isOn ? 60 : 4))
)
struct PowerLossTests {
    @Test func everyAcknowledgedCallbackSurvivesAtAnyMoment() async throws {
        let seed = Soak.seed()
        let load = PowerLossLoad(count: Soak.count("LEADRELAY_POWER_CALLBACKS", usual: 300, soak: 2000), seed: seed)
        try await Deployment.withFresh { deployment in
            let trace = try await deployment.traceIngest { _ in
                try await load.send(to: deployment, atOnce: 8)
            }
            let answers = trace.answers.filter { $0.status == 200 }
            #expect(Set(answers.map(\.webhookID)) == load.acknowledged)
            #expect(load.acknowledged.count == load.callbacks.count)
            let disk = DiskModel(folder: deployment.folder.url.path)
            let figures = try await PowerLossFigures.measured(
                "ingest",
                PowerCuts(in: trace, disk: disk, count: Self.cuts, seed: seed),
                acknowledged: answers.map { ($0.webhookID, $0.event) }
            ) { cut, due in
                try await PowerLossFinding(openingLikeAProcess: cut, due: due, of: load)
            }
            print("Power loss: LEADRELAY_SEED=\(seed): \(figures)")
            #expect(figures.problems == [])
            #expect(figures.lost == 0)
            #expect(figures.cutsInCheckpoints > 0, "no cut fell into a checkpoint")
        }
    }

    /// What the levels of `synchronous` are worth, and that these cuts are able to lose something.
    @Test func whatNormalWouldHaveLostFullKeeps() async throws {
        let seed = Soak.seed()
        let load = PowerLossLoad(count: Soak.count("LEADRELAY_POWER_CALLBACKS", usual: 300, soak: 2000), seed: seed)
        for level in ["FULL", "NORMAL"] {
            let run = try await BareSQLiteRun(load, synchronous: level)
            #expect(run.acknowledged.count == load.callbacks.count)
            let figures = try await PowerLossFigures.measured(
                "sqlite3, synchronous = \(level)",
                PowerCuts(in: run.trace, disk: run.disk, count: Self.cuts / 2, seed: seed),
                acknowledged: run.acknowledged
            ) { cut, due in
                try await PowerLossFinding(lookingInto: cut, due: due)
            }
            print("Power loss: LEADRELAY_SEED=\(seed): \(figures)")
            #expect(figures.problems == [])
            #expect((figures.lost == 0) == (level == "FULL"))
        }
    }

    /// A sync fails now and then: the batch is answered 503, and no later sync, which may lie, makes an answer of 200 wrong.
    @Test func failedSyncsAnswer503AndLoseNothingAtAPowerCutEither() async throws {
        let seed = Soak.seed()
        let load = PowerLossLoad(count: Soak.count("LEADRELAY_POWER_CALLBACKS", usual: 300, soak: 2000), seed: seed)
        try await Deployment.withFresh { deployment in
            let made = try await deployment.leadrelay.run("migrate")
            #expect(made.status == 0, "\(made.error)")
            let disk = DiskModel(folder: deployment.folder.url.path, contents: try deployment.journalFiles)
            // Each thread counts for itself; which one commits is not known.
            let trace = try await deployment.traceIngest(faults: "fdatasync:error=EIO:when=4+5") { _ in
                try await load.send(to: deployment, atOnce: 8)
            }
            let failed = trace.calls.count { $0.name == "fdatasync" && $0.result == -1 }
            #expect(failed > 3)
            #expect(load.refusals >= failed / 2)
            #expect(load.acknowledged.count == load.callbacks.count, "ingest went on after each fault")
            let answers = trace.answers
            #expect(Set(answers.filter { $0.status == 200 }.map(\.webhookID)) == load.acknowledged)
            #expect(answers.count { $0.status == 503 } == load.refusals)
            let stored = try PlainSQL.text("SELECT count(*) FROM callback", in: deployment.journalPath)
            #expect(
                stored == String(load.callbacks.count),
                "what was refused is not stored, and what was sent again is stored once"
            )
            let figures = try await PowerLossFigures.measured(
                "ingest with \(failed) failed syncs (\(load.refusals) answers of 503)",
                PowerCuts(in: trace, disk: disk, count: Self.cuts / 2, seed: seed),
                acknowledged: answers.filter { $0.status == 200 }.map { ($0.webhookID, $0.event) }
            ) { cut, due in
                try await PowerLossFinding(openingLikeAProcess: cut, due: due, of: load)
            }
            print("Power loss: LEADRELAY_SEED=\(seed): \(figures)")
            #expect(figures.problems == [])
            #expect(figures.lost == 0)
        }
    }

    static let cuts = Soak.count("LEADRELAY_POWER_CUTS", usual: 200, soak: 4000)
}

extension Deployment {
    /// Runs ingest under `strace` with short write-ahead logs, and reads what was traced once it has ended.
    func traceIngest(
        faults: String? = nil,
        _ body: (Product.Running) async throws -> Void
    ) async throws -> SystemCallTrace {
        let file = folder.path("trace.log")
        let product = leadrelay.with(["LEADRELAY_CHECKPOINT_BYTES": "200000"])
            .under(SystemCallTracer.command(writing: file, faults: faults))
        try await product.running("ingest", log: folder.path("ingest.log")) { running in
            try await eventuallyReady()
            try await body(running)
        }
        try await SystemCallTracer.waitForEnd(of: file)
        return try SystemCallTrace(contentsOf: file)
    }

    /// The journal's files, while no process has them open.
    var journalFiles: [String: [UInt8]] {
        get throws {
            var files: [String: [UInt8]] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            where name.hasPrefix("journal") {
                guard !name.hasSuffix("-shm"), !name.hasSuffix(".lock") else { continue }
                files[name] = Array(try Data(contentsOf: folder.url.appendingPathComponent(name)))
            }
            return files
        }
    }

    /// Waits until ingest takes callbacks.
    func eventuallyReady() async throws {
        try await eventually("ingest is ready") {
            let (status, _) = try await execute(HTTPClientRequest(url: "http://127.0.0.1:\(ingestPort)/readyz"))
            return status == 200
        }
    }
}
