import Foundation
import Subprocess
import TestSupport
import Testing

/// The demo, as a newcomer starts it.
@Suite("The demo", .timeLimit(.minutes(2)))
struct DemoTests {
    @Test func demoConfirmsEveryOptOut() async throws {
        let folder = try TemporaryDirectory()
        let demo = Product("leadrelay-sandbox", environment: [:])
        let outcome = try await demo.run(
            "demo",
            "--registrations",
            "40",
            "--opt-outs",
            "5",
            "--folder",
            folder.path("demo")
        )
        #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.error)")
        #expect(outcome.output.contains("5 opt-outs, 0 overdue."))
        #expect(outcome.output.contains("sqlite3 "))
    }

    @Test func demoThatIsInterruptedLeavesNothingRunning() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("demo")
        let demo = Product("leadrelay-sandbox", environment: [:])
        let result = try await demo.running(
            "demo",
            "--registrations",
            "2000",
            "--opt-outs",
            "5",
            "--folder",
            path,
            log: folder.path("log")
        ) { running in
            // The journal's lock of the worker shows that all three processes are up.
            for _ in 0..<400 where !workerRuns(in: path) {
                try await Task.sleep(for: .milliseconds(25))
            }
            #expect(workerRuns(in: path))
            try running.send(.interrupt)
        }
        #expect(result.status == 130)
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
            let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
            return environment.map { String(decoding: $0, as: UTF8.self).contains(path) } ?? false
        }
        #expect(left.isEmpty)
    }

    private func workerRuns(in path: String) -> Bool {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.contains { $0.contains(".worker-") }
    }
}
