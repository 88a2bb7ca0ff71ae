import Foundation
import Model
import Testing

@testable import leadrelay

/// `deploy/leadrelay.yaml` is what `SampleFile` writes of the catalog, so it can't go stale.
@Suite("The sample settings file")
struct SettingsSampleTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/leadrelay.yaml")

    @Test func sampleSaysWhatTheCatalogSays() throws {
        let sample = try String(contentsOf: Self.path, encoding: .utf8)
        let expected = SampleFile.text
        if sample != expected {
            let copy = FileManager.default.temporaryDirectory.appending(path: "leadrelay.yaml.expected")
            try Data(expected.utf8).write(to: copy)
            Issue.record("deploy/leadrelay.yaml is out of date; copy \(copy.path()) over it and read the difference")
        }
    }

    @Test func sampleAsItIsChangesNothing() throws {
        let sample = try String(contentsOf: Self.path, encoding: .utf8)
        #expect(try settings(file: sample) == (try settings()))
    }

    @Test func sampleWithEverySettingUncommentedLoads() throws {
        let sample = try String(contentsOf: Self.path, encoding: .utf8)
        let loaded = try settings(file: sample.replacing(#/(?m)^( *)#(?=\S)/#) { $0.output.1 })
        #expect(loaded.ingest.token == Secret("CHANGE-ME"))
        #expect(loaded.salesforce.loginURL?.host == "example.my.salesforce.com")
        #expect(loaded.worker == (try settings()).worker)
        #expect(loaded.salesforce.fields == (try settings()).salesforce.fields)
    }
}

/// Writes the sample: each setting commented out, beneath its documentation.
private enum SampleFile {
    static var text: String {
        var lines = [introduction]
        var opened: Set<String> = []
        for key in SettingCatalog.all {
            let words = key.name.split(separator: ".")
            for depth in 1..<words.count where opened.insert(words[..<depth].joined(separator: ".")).inserted {
                if depth == 1 { lines.append("") }
                lines.append("\(indentation(depth - 1))\(words[depth - 1]):")
            }
            let indentation = indentation(words.count - 1)
            lines.append("\(indentation)# \(key.documentation)")
            lines.append("\(indentation)#\(words[words.count - 1]): \(value(of: key))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = """
        # LeadRelay's settings, each with its default (or with an example, where there is none).
        # Remove the "#" in front of a setting to change it; a setting without a value counts as not set.
        #
        # The environment overrides this file: getresponse.baseURL is LEADRELAY_GETRESPONSE_BASE_URL there.
        # Keep secrets out of this file: set LEADRELAY_INGEST_TOKEN, or LEADRELAY_INGEST_TOKEN_FILE to the path of a file
        # that holds it; likewise for journal.key, getresponse.apiKey and salesforce.clientSecret.
        # Durations are a number with ms, s, m, h or d; a bare number is seconds.
        """

    private static func indentation(_ depth: Int) -> String {
        String(repeating: "  ", count: depth)
    }

    private static func value(of key: SettingKey) -> String {
        switch key.standard {
        case .scalar(let text)?: text
        case .list(let texts)?: "[\(texts.joined(separator: ", "))]"
        case .entries?, nil: key.example ?? ""
        }
    }
}
