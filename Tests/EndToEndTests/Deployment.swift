import AsyncHTTPClient
import Foundation
import Journal
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Sandbox
import Synchronization
import TestSupport
import Time

/// LeadRelay set up on this machine: a folder of its own, a sandbox, and the environment that joins them.
struct Deployment: Sendable {
    struct NeverHappened: Error, CustomStringConvertible {
        var what: String
        var log: String
        var description: String { "It never happened: \(what)\n\(log)" }
    }

    let folder: TemporaryDirectory
    let sandbox: Sandbox
    var leadrelay: Product
    let ingestPort: Int
    let client: HTTPClient

    init(sandbox: Sandbox, folder: TemporaryDirectory, client: HTTPClient) throws {
        self.client = client
        self.folder = folder
        self.sandbox = sandbox
        ingestPort = try FreePort.find()
        var environment = Dictionary(uniqueKeysWithValues: sandbox.environment.map { ($0.name, $0.value) })
        environment["LEADRELAY_JOURNAL_PATH"] = folder.path("journal.sqlite")
        environment["LEADRELAY_INGEST_TOKEN"] = "s3cret"
        environment["LEADRELAY_INGEST_PORT"] = String(ingestPort)
        environment["LEADRELAY_WORKER_ADMIN_PORT"] = "0"
        leadrelay = Product(environment: environment)
    }

    /// Runs `body` with a fresh deployment.
    static func withFresh<Value>(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        _ body: (Deployment) async throws -> Value
    ) async throws -> Value {
        // A pool that backs off after refused connections would not notice for long that ingest is back.
        var clientConfiguration = HTTPClient.Configuration()
        clientConfiguration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
        do {
            let value = try await Sandbox.withRunning(configuration) { sandbox in
                try await body(Deployment(sandbox: sandbox, folder: TemporaryDirectory(), client: client))
            }
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    var journalPath: String { folder.path("journal.sqlite") }
    var callbackURL: String { "http://127.0.0.1:\(ingestPort)/webhooks/getresponse/s3cret" }

    /// Runs `body` with ingest as a process, ready to take callbacks.
    @discardableResult
    func withIngest<Value: Sendable>(_ body: (Product.Running) async throws -> Value) async throws -> Value {
        try await leadrelay.running("ingest", log: folder.path("ingest.log")) { running in
            try await eventually("ingest is ready") {
                let request = HTTPClientRequest(url: "http://127.0.0.1:\(ingestPort)/readyz")
                return try await client.execute(request, timeout: .seconds(2)).status == .ok
            }
            return try await body(running)
        }.value
    }

    /// Runs `body` with a worker as a process.
    @discardableResult
    func withWorker<Value: Sendable>(_ body: (Product.Running) async throws -> Value) async throws -> Value {
        try await leadrelay.running("worker", log: folder.path("worker.log"), body).value
    }

    /// Posts a JSON body as GetResponse does.
    @discardableResult
    func post(_ json: String, headers: [String: String] = [:]) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: callbackURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(string: json))
        return try await execute(request)
    }

    /// Sends a query-string callback as GetResponse does.
    @discardableResult
    func get(_ query: String) async throws -> (status: Int, body: String) {
        try await execute(HTTPClientRequest(url: "\(callbackURL)?\(query)"))
    }

    func execute(_ request: HTTPClientRequest) async throws -> (status: Int, body: String) {
        let response = try await client.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), String(buffer: body))
    }

    /// The journal, opened by the test beside the processes.
    func reader() throws -> JournalReader {
        try JournalReader(path: journalPath, time: SystemTimeSource())
    }

    /// Waits until the condition holds, by asking again and again; fails after `seconds` with the logs.
    func eventually(
        _ what: String,
        seconds: Double = 30,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if (try? await condition()) == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NeverHappened(what: what, log: logs)
    }

    /// Waits until everything that was received is decoded and done.
    func eventuallyDrained(seconds: Double = 30) async throws {
        try await eventually("the queue is drained", seconds: seconds) {
            let status = try await reader().status()
            return status.undecodedCallbacks == 0 && status.depths.allSatisfy { $0.state == "dead" }
        }
    }

    private var logs: String {
        ["ingest.log", "worker.log"].compactMap { try? String(contentsOfFile: folder.path($0), encoding: .utf8) }
            .joined(separator: "\n")
    }
}

/// A port of loopback that nobody listens on at this moment, and that no other test is given.
///
/// None that the kernel gives to outgoing connections: one of these could take it before it is listened on.
enum FreePort {
    private static let range = 10_000..<32_000
    private static let last = Mutex(Int.random(in: range))

    static func find() throws -> Int {
        for _ in range {
            let port = last.withLock { last in
                last = last + 1 < range.upperBound ? last + 1 : range.lowerBound
                return last
            }
            if isFree(port) { return port }
        }
        throw POSIXError(.EADDRNOTAVAIL)
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
