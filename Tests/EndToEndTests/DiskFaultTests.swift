import AsyncHTTPClient
import Foundation
import Journal
import NIOCore
import NIOHTTP1
import Sandbox
import Subprocess
import TestSupport
import Testing

/// A disk without space, and a file that can't be written: nobody is told 200, nothing is lost, and it ends by itself.
@Suite("Disk faults", .serialized, .timeLimit(.minutes(3)))
struct DiskFaultTests {
    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func ingestRefusesOnAFullDiskAndRecoversWhenSpaceIsBack() async throws {
        let disk = try SmallDisk(megabytes: 4)
        try await Deployment.withFresh { deployment in
            let path = disk.path + "/journal.sqlite"
            try await deployment.expectRefusalWhile(
                journal: path,
                begin: { try disk.fill() },
                end: { try disk.empty() }
            )
        }
    }

    @Test(.enabled(if: ImmutableFile.isPossible, "this file system, or this user, knows no immutable files"))
    func ingestRefusesWhileTheFileIsReadOnlyAndRecoversWhenItIsNot() async throws {
        try await Deployment.withFresh { deployment in
            let files = [deployment.journalPath, deployment.journalPath + "-wal"]
            defer { _ = ImmutableFile.clear(files) }
            try await deployment.expectRefusalWhile(
                journal: deployment.journalPath,
                begin: { #expect(ImmutableFile.set(files)) },
                end: { #expect(ImmutableFile.clear(files)) }
            )
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func workerPausesOnAFullDiskAndGoesOnWhenSpaceIsBack() async throws {
        let disk = try SmallDisk(megabytes: 4)
        try await Deployment.withFresh { deployment in
            let path = disk.path + "/journal.sqlite"
            let adminPort = try FreePort.find()
            let people = (0..<12).map { CrashPerson(number: $0) }
            let product = deployment.leadrelay.with([
                "LEADRELAY_JOURNAL_PATH": path, "LEADRELAY_WORKER_ADMIN_PORT": String(adminPort),
            ])
            let log = deployment.folder.path("worker.log")
            try await product.running("ingest", log: deployment.folder.path("ingest.log")) { _ in
                try await deployment.eventuallyReady()
                try await product.running("worker", log: log) { worker in
                    try await deployment.eventually("the worker is ready") {
                        try await deployment.readiness(adminPort).status == 200
                    }
                    try await worker.suspend(outsideOf: path)
                    for person in people {
                        try person.settle(in: deployment.sandbox)
                        for post in person.posts { #expect(try await deployment.post(post.body).status == 200) }
                    }
                    try disk.fill()
                    try worker.send(.resume)
                    try await deployment.eventually("the worker says that it pauses") {
                        let readiness = try await deployment.readiness(adminPort)
                        return try readiness.status == 503
                            && String(contentsOfFile: log, encoding: .utf8).contains(
                                "can't be written; the worker pauses"
                            )
                    }
                    #expect(try PlainSQL.text("SELECT count(*) FROM attempt", in: path) == "0")
                    #expect(deployment.sandbox.salesforce.rows("Lead").isEmpty)
                    try disk.empty()
                    try await deployment.eventually("everything is done") {
                        try PlainSQL.text(
                            """
                            SELECT (SELECT count(*) FROM callback WHERE state = 'received')
                                + (SELECT count(*) FROM event WHERE state NOT IN ('completed', 'dead'))
                            """,
                            in: path
                        ) == "0"
                    }
                    #expect(try await deployment.readiness(adminPort).status == 200)
                }
            }
            #expect(people.flatMap { $0.problems(in: deployment.sandbox) } == [])
            #expect(try PlainSQL.faults(in: path).map(\.description) == [])
            #expect(try PlainSQL.text("PRAGMA integrity_check", in: path) == "ok")
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(said.contains("can be written again; the worker goes on"))
            #expect(said.components(separatedBy: "the worker pauses").count == 2, "it is said once")
        }
    }
}

extension Deployment {
    /// Runs ingest through a fault: before it callbacks are taken, during it they are answered 503 with Retry-After, after it
    /// they are taken again without a restart, and what was acknowledged is there in the end.
    fileprivate func expectRefusalWhile(
        journal path: String,
        begin: () throws -> Void,
        end: () throws -> Void
    ) async throws {
        let load = PowerLossLoad(count: 40, seed: 1)
        let product = leadrelay.with(["LEADRELAY_JOURNAL_PATH": path])
        try await product.running("ingest", log: folder.path("ingest.log")) { _ in
            try await eventuallyReady()
            for callback in load.callbacks.prefix(10) { #expect(try await load.send(callback, to: self)) }
            try begin()
            // There may be a little room in what is allocated already.
            for callback in load.callbacks.dropFirst(10).prefix(20) { _ = try await load.send(callback, to: self) }
            #expect(load.refusals > 0)
            var request = HTTPClientRequest(url: callbackURL)
            request.method = .POST
            request.body = .bytes(ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000))
            let answer = try await client.execute(request, timeout: .seconds(10))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0 > 0)
            #expect(try await readiness(ingestPort).status == 503)
            try end()
            try await eventually("ingest is ready again") { try await readiness(ingestPort).status == 200 }
            for callback in load.callbacks where !load.acknowledged.contains(callback.id) {
                #expect(try await load.send(callback, to: self))
            }
        }
        struct Stored: Decodable { var id: String, body: String }
        let stored = try PlainSQL.rows(
            "SELECT webhook_id AS id, CAST(body AS TEXT) AS body FROM callback WHERE webhook_id IS NOT NULL",
            in: path,
            as: Stored.self
        )
        #expect(
            stored.count == load.callbacks.count,
            "what was refused is not stored, what was sent again is stored once"
        )
        #expect(Set(stored.map(\.body)) == Set(load.callbacks.map(\.body)))
        #expect(try PlainSQL.text("PRAGMA integrity_check", in: path) == "ok")
    }

    fileprivate func readiness(_ port: Int) async throws -> (status: Int, body: String) {
        try await execute(HTTPClientRequest(url: "http://127.0.0.1:\(port)/readyz"))
    }
}

extension Product.Running {
    /// Stops the process where it does not hold the journal's lock.
    fileprivate func suspend(outsideOf journal: String) async throws {
        let lock = open(journal + ".lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        while true {
            try send(.suspend)
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { break }
            try send(.resume)
            try await Task.sleep(for: .milliseconds(20))
        }
        flock(lock, LOCK_UN)
    }
}
