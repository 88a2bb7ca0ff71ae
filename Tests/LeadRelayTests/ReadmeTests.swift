import Foundation
import Ingest
import Journal
import Model
import Operations
import Prometheus
import TestSupport
import Testing
import Time

@testable import leadrelay

/// README says what is so: every setting, every metric, and queries that run.
@Suite("README")
struct ReadmeTests {
    private let text: String

    init() throws {
        text = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    }

    @Test func everySettingIsListedWithItsDefault() throws {
        let rows = SettingCatalog.all.map { key in
            let standard: String =
                switch key.standard {
                case .scalar(let value): "`\(value)`"
                case .list(let values): values.map { "`\($0)`" }.joined(separator: ", ")
                case .entries, nil: "none"
                }
            let name = key.hasEnvironmentForm ? "`\(key.environmentName)`" : "only in the file"
            return "| `\(key.name)` | \(name) | \(standard) | \(key.documentation) |"
        }
        try expect(["| key | environment | default | what it is |", "|---|---|---|---|"] + rows, between: "settings")
    }

    @Test func everyMetricIsListed() throws {
        let rows = MetricCatalog.all.map { metric in
            let labels = metric.labels.isEmpty ? "" : " {\(metric.labels.joined(separator: ", "))}"
            return "| `\(metric.name)`\(labels) | \(metric.kind.word) | \(metric.help) |"
        }
        try expect(["| metric | kind | what it says |", "|---|---|---|"] + rows, between: "metrics")
    }

    @Test func catalogDescribesEveryMetricThatIngestReports() {
        let described = Set(MetricCatalog.ingest.map(\.name))
        #expect(described == Set(IngestMetrics.Name.allCases.map(\.rawValue)))
    }

    @Test func bothCommandsAreNamed() {
        #expect(text.contains("make demo"))
        #expect(text.contains("make test"))
    }

    @Test func everyQueryRuns() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("journal.sqlite")
        _ = try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        let queries = text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(queries.count >= 5)
        for query in queries {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["sqlite3", "-bail", "-readonly", path, query]
            let errors = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = errors
            try process.run()
            let said = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(query)\n\(String(decoding: said, as: UTF8.self))")
        }
    }

    /// Compares a table between two comments; when it differs, the right text is written to a file for copying.
    private func expect(_ lines: [String], between name: String) throws {
        let expected = lines.joined(separator: "\n")
        let start = try #require(text.range(of: "<!-- \(name) -->\n"))
        let end = try #require(text.range(of: "\n<!-- /\(name) -->"))
        let found = start.upperBound <= end.lowerBound ? String(text[start.upperBound..<end.lowerBound]) : ""
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("readme-\(name).md")
        if found != expected { try Data(expected.utf8).write(to: copy) }
        #expect(found == expected, "README's list of \(name) is not true; the right one is in \(copy.path)")
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
