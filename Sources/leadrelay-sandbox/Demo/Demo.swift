import AsyncHTTPClient
import Foundation
import NIOCore

/// The whole of LeadRelay on this machine: sandbox, ingest and worker as real processes, a spike, the audit.
struct Demo: Sendable {
    let registrations: Int
    let optOuts: Int
    let folder: String?

    /// Runs the demo from start to end.
    ///
    /// - Returns: Whether every Lead exists and every opt-out is confirmed.
    func run() async throws -> Bool {
        let files = try DemoFiles(folder: folder)
        print("LeadRelay demo: \(registrations) webinar registrations, \(optOuts) of them unsubscribe meanwhile.")
        print("Journal and logs are in \(files.folder).\n")
        let processes = try DemoProcesses(files: files)
        return try await processes.withSandbox { sandbox in
            let client = HTTPClient(eventLoopGroupProvider: .singleton)
            do {
                let isDone = try await run(sandbox: sandbox, processes: processes, files: files, client: client)
                try await client.shutdown()
                return isDone
            } catch {
                try? await client.shutdown()
                throw error
            }
        }
    }

    private func run(
        sandbox: DemoSandbox,
        processes: DemoProcesses,
        files: DemoFiles,
        client: HTTPClient
    ) async throws -> Bool {
        let spike = DemoSpike(registrations: registrations, optOuts: optOuts)
        try await sandbox.seed(spike, client: client)
        let port = try FreePort.find()
        let environment = sandbox.environment.merging([
            "LEADRELAY_JOURNAL_PATH": files.journal,
            "LEADRELAY_INGEST_TOKEN": "demo-token",
            "LEADRELAY_INGEST_PORT": String(port),
            "LEADRELAY_WORKER_ADMIN_PORT": "0",
            // At 400 an hour the profiles of this crowd would take longer than anybody watches.
            "LEADRELAY_GETRESPONSE_PLAN": "max",
        ]) { _, new in new }
        try await processes.withProcess("ingest", environment: environment) {
            let ingest = DemoIngest(url: "http://127.0.0.1:\(port)", token: "demo-token", client: client)
            try await ingest.waitUntilReady()
            try await processes.withProcess("worker", environment: environment) {
                let progress = DemoProgress(
                    spike: spike,
                    sandbox: sandbox,
                    processes: processes,
                    environment: environment,
                    client: client
                )
                async let sent: Void = ingest.send(spike, sandbox: sandbox)
                try await progress.showUntilDone()
                try await sent
            }
        }
        print("\nEvery opt-out, and the records it reached (leadrelay audit opt-outs):\n")
        let audit = try await processes.show(["audit", "opt-outs"], environment: environment)
        print("\nThe queue and the request budget (leadrelay status):\n")
        _ = try await processes.show(["status"], environment: environment)
        let verdict = try await DemoVerdict(spike: spike, sandbox: sandbox, client: client).text(auditSucceeded: audit)
        print("\n\(verdict.text)\n")
        print(files.whereToLook)
        return verdict.isGood
    }
}
