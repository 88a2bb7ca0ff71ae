import Foundation
import Subprocess
import SystemPackage

/// Starts and stops the demo's processes; none outlives the call that started it.
struct DemoProcesses: Sendable {
    struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "There is no \(path); run `make build` first." }
    }

    private let files: DemoFiles
    private let leadrelay: String
    private let sandbox: String

    init(files: DemoFiles) throws {
        self.files = files
        // The two executables stand beside one another wherever they are installed.
        sandbox = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        leadrelay = URL(fileURLWithPath: sandbox).deletingLastPathComponent().appendingPathComponent("leadrelay").path
        guard FileManager.default.isExecutableFile(atPath: leadrelay) else { throw Missing(path: leadrelay) }
    }

    /// Runs the sandbox for as long as `body` runs.
    func withSandbox<Value: Sendable>(_ body: (DemoSandbox) async throws -> Value) async throws -> Value {
        let log = try openLog("sandbox")
        return try await Subprocess.run(
            .path(FilePath(sandbox)),
            arguments: ["serve", "--hourly-cap", "5000"],
            environment: environment([:]),
            platformOptions: Self.options,
            input: .none,
            output: .sequence,
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            let announcement = try await DemoSandbox(announcedOn: execution.standardOutput)
            let value = try await body(announcement)
            try execution.send(signal: .terminate)
            return value
        }.closureResult
    }

    /// Runs `leadrelay COMMAND` for as long as `body` runs, then asks it to stop and waits for its end.
    func withProcess<Value: Sendable>(
        _ command: String,
        environment values: [String: String],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let log = try openLog(command)
        return try await Subprocess.run(
            .path(FilePath(leadrelay)),
            arguments: Arguments([command]),
            environment: environment(values),
            platformOptions: Self.options,
            input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: false),
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            let value = try await body()
            try execution.send(signal: .terminate)
            return value
        }.closureResult
    }

    /// Runs a command that ends by itself, with its output on ours.
    ///
    /// - Returns: Whether it exited with 0.
    func show(_ arguments: [String], environment values: [String: String]) async throws -> Bool {
        fflush(nil)
        let result = try await Subprocess.run(
            .path(FilePath(leadrelay)),
            arguments: Arguments(arguments),
            environment: environment(values),
            platformOptions: Self.options,
            output: .currentStandardOutput,
            error: .currentStandardError
        )
        return result.terminationStatus.isSuccess
    }

    /// Runs a command that ends by itself and gives its output.
    func output(of arguments: [String], environment values: [String: String]) async throws -> String {
        let result = try await Subprocess.run(
            .path(FilePath(leadrelay)),
            arguments: Arguments(arguments),
            environment: environment(values),
            platformOptions: Self.options,
            output: .string(limit: 1 << 20),
            error: .discarded
        )
        return result.standardOutput
    }

    /// What is still running when the demo is cancelled gets a SIGTERM and five seconds.
    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        return options
    }

    /// Ours, without any LeadRelay setting of the shell that the demo was started from.
    private func environment(_ values: [String: String]) -> Environment {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LEADRELAY_") }
        let all = inherited.merging(values) { _, new in new }
        return .custom(Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }

    private func openLog(_ name: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(files.log(name)),
            .writeOnly,
            options: [.create, .truncate, .append],
            permissions: [.ownerReadWrite]
        )
    }
}
