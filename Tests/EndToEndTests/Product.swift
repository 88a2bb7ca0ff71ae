import Foundation
import Subprocess
import SystemPackage

/// The built executables, run as a user would run them: with the environment of the documents and nothing else.
struct Product: Sendable {
    /// What a command that ended by itself left behind.
    struct Outcome: Sendable {
        /// The exit status; nil after a signal.
        var status: Int32?
        var output: String
        var error: String
    }

    /// A process that is running.
    struct Running: Sendable {
        var pid: pid_t
        var send: @Sendable (Signal) throws -> Void
    }

    private(set) var environment: [String: String]
    let name: String
    /// The program that runs the executable, with its arguments; it must become the executable, as `strace -D` does, so that
    /// signals and exit status are the executable's own.
    private(set) var wrapper: [String] = []

    init(_ name: String = "leadrelay", environment: [String: String]) {
        self.name = name
        self.environment = environment
    }

    /// The same with further variables.
    func with(_ more: [String: String]) -> Product {
        var product = self
        product.environment.merge(more) { _, new in new }
        return product
    }

    /// The same, run by another program.
    func under(_ wrapper: [String]) -> Product {
        var product = self
        product.wrapper = wrapper
        return product
    }

    /// Runs a command to its end.
    func run(_ arguments: String...) async throws -> Outcome {
        try await run(arguments)
    }

    func run(_ arguments: [String]) async throws -> Outcome {
        let result = try await Subprocess.run(
            executable,
            arguments: Arguments(wrappedArguments(arguments)),
            environment: processEnvironment,
            platformOptions: Self.options,
            output: .string(limit: 4 << 20),
            error: .string(limit: 4 << 20)
        )
        return Outcome(
            status: result.terminationStatus.exitCode,
            output: result.standardOutput,
            error: result.standardError
        )
    }

    /// Runs a command for as long as `body` runs; when it still runs then it is asked to stop, and its end is waited for.
    ///
    /// - Returns: The exit status (nil after a signal), and what `body` returned.
    @discardableResult
    func running<Value: Sendable>(
        _ arguments: String...,
        log: String,
        _ body: (Running) async throws -> Value
    ) async throws -> (status: Int32?, value: Value) {
        let file = try FileDescriptor.open(
            FilePath(log),
            .writeOnly,
            options: [.create, .append],
            permissions: [.ownerReadWrite]
        )
        let result = try await Subprocess.run(
            executable,
            arguments: Arguments(wrappedArguments(arguments)),
            environment: processEnvironment,
            platformOptions: Self.options,
            input: .none,
            output: .fileDescriptor(file, closeAfterSpawningProcess: false),
            error: .fileDescriptor(file, closeAfterSpawningProcess: true)
        ) { execution in
            let pid = execution.processIdentifier.value
            let running = Running(pid: pid) { signal in
                guard kill(pid, signal.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            let value = try await body(running)
            try? running.send(.terminate)
            return value
        }
        return (result.terminationStatus.exitCode, result.closureResult)
    }

    private var executable: Executable {
        get throws { try wrapper.first.map { .name($0) } ?? .path(Self.path(of: name)) }
    }

    private func wrappedArguments(_ arguments: [String]) throws -> [String] {
        guard !wrapper.isEmpty else { return arguments }
        return try wrapper.dropFirst() + [Self.path(of: name).string] + arguments
    }

    /// Nothing of the shell that runs the tests but what a process needs to start.
    private var processEnvironment: Environment {
        let needed = ProcessInfo.processInfo.environment.filter {
            ["PATH", "LD_LIBRARY_PATH", "TMPDIR"].contains($0.key)
        }
        let all = needed.merging(environment) { _, new in new }
        return .custom(Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }

    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        return options
    }

    /// The executables stand beside the test bundle.
    static func path(of name: String) throws -> FilePath {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        // `swift test` may load the bundle into a runner of its own: then the bundle is among the arguments.
        let candidates = [tests] + CommandLine.arguments
        for candidate in candidates {
            let path = URL(fileURLWithPath: candidate).deletingLastPathComponent().appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: path) { return FilePath(path) }
        }
        throw Errno.noSuchFileOrDirectory
    }
}

extension TerminationStatus {
    fileprivate var exitCode: Int32? {
        if case .exited(let code) = self { return code }
        return nil
    }
}
