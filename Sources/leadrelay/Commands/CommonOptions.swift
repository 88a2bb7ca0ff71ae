import ArgumentParser
import Foundation
import Journal

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: "The settings file (default: ./leadrelay.yaml, else /etc/leadrelay/leadrelay.yaml).")
    var config: String?

    /// The settings from file and environment.
    func settings() throws(SettingsError) -> Settings {
        try Settings.load(configPath: config)
    }
}

/// How a command ends, beside success: each status means one thing to a script.
enum ExitStatus {
    /// It ran, and found something wrong.
    static let foundProblem = ExitCode(1)
    /// It could not run as it is configured (EX_CONFIG).
    static let configuration = ExitCode(78)
}

extension AsyncParsableCommand {
    /// Runs the command's work and turns what it throws into one sentence on standard error and an exit status.
    func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch let error as SettingsError {
            StandardError.write(error.description)
            throw ExitStatus.configuration
        } catch let error as JournalError where error.isConfiguration {
            StandardError.write(error.description)
            throw ExitStatus.configuration
        } catch {
            StandardError.write("\(error)")
            throw ExitStatus.foundProblem
        }
    }
}

/// Where sentences for people go; standard output is for results.
enum StandardError {
    static func write(_ sentence: String) {
        FileHandle.standardError.write(Data("leadrelay: \(sentence)\n".utf8))
    }
}
