import ArgumentParser
import Foundation
import Journal
import Time
import Worker

struct JournalCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the file, the schema, the chains and the promises; exits 1 if one of them is broken.",
        discussion: "It only reads, and may run beside ingest and worker; check a backup where the journal is large."
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the results as JSON.")
    var json = false

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let check = try JournalCheck(
                path: settings.journal.path,
                key: settings.journal.key?.revealed,
                requestCap: settings.requestBudget.cap,
                time: SystemTimeSource()
            )
            let results = await check.run { result in
                if !json { Self.show(result) }
            }
            if json { try Self.print(results) }
            if results.contains(where: { $0.verdict == .failed }) { throw ExitStatus.foundProblem }
        }
    }

    private static func show(_ result: CheckResult) {
        let mark = result.verdict.rawValue.uppercased()
        let padding = String(repeating: " ", count: max(0, 8 - mark.count))
        Swift.print("\(mark)\(padding)\(result.check): \(result.finding)")
        let shown = result.faults.prefix(20)
        for fault in shown {
            Swift.print("        \(fault)")
        }
        if result.faultCount > shown.count { Swift.print("        and \(result.faultCount - shown.count) more") }
    }

    private static func print(_ results: [CheckResult]) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }
}
