import ArgumentParser
import AsyncHTTPClient
import Diagnostics
import Foundation
import Logging
import Model
import Time

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Check the configuration, the journal, both log-ins and the org's fields; say what is wrong and how to mend it."
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        try await reporting {
            let findings = await findings()
            try print(findings)
            if findings.contains(where: { $0.verdict == .failed }) { throw ExitStatus.foundProblem }
        }
    }

    private func findings() async -> [Finding] {
        let settings: Settings
        do {
            settings = try common.settings()
        } catch {
            return error.problems.map { Self.finding($0) }
        }
        var findings: [Finding] = []
        for problem in settings.missingForOperation { findings.append(Self.finding(problem)) }
        if findings.isEmpty {
            findings.append(
                Finding(check: "configuration", verdict: .ok, finding: "The settings are complete and well-formed.")
            )
        }
        let httpClient = settings.makeHTTPClient()
        for check in buildChecks(settings: settings, httpClient: httpClient, time: SystemTimeSource()) {
            findings += await check.run()
        }
        try? await httpClient.shutdown()
        return findings
    }

    private static func finding(_ problem: SettingsProblem) -> Finding {
        Finding(
            check: "configuration",
            verdict: .failed,
            finding: problem.description,
            remedy: "Set it in the environment or in leadrelay.yaml; the README lists every setting."
        )
    }

    private func print(_ findings: [Finding]) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Swift.print(String(decoding: try encoder.encode(findings), as: UTF8.self))
            return
        }
        for finding in findings {
            let mark = finding.verdict.rawValue.uppercased()
            let padding = String(repeating: " ", count: max(0, 8 - mark.count))
            Swift.print(
                "\(mark)\(padding)\(finding.check): \(finding.finding) \(finding.remedy ?? "")".trimmingWhitespace()
            )
        }
    }
}
