import Foundation
import Operations
import Prometheus
import Testing
import Yams

@Suite("The alert rules")
struct AlertRulesTests {
    private struct File: Decodable {
        struct Group: Decodable {
            struct Rule: Decodable {
                var alert: String
                var expr: String
                var annotations: [String: String]
                var labels: [String: String]
            }

            var name: String
            var rules: [Rule]
        }

        var groups: [Group]
    }

    private static func rules() throws -> [File.Group.Rule] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/prometheus/leadrelay.rules.yml")
        return try YAMLDecoder().decode(File.self, from: String(contentsOf: path, encoding: .utf8)).groups
            .flatMap(\.rules)
    }

    @Test func everyMetricThatARuleAsksForExistsWithTheLabelsItNames() throws {
        let known = Dictionary(MetricCatalog.all.map { ($0.name, Set($0.labels)) }) { first, _ in first }
        for rule in try Self.rules() {
            let names = rule.expr.matches(of: #/leadrelay_[a-z_]+/#).map { String($0.output) }
            #expect(!names.isEmpty || rule.expr.contains("up{"), "\(rule.alert)")
            for name in names {
                let labels = try #require(known[name], "\(rule.alert) asks for \(name)")
                let asked = rule.expr.matches(of: #/([a-z]+)=~?"/#).map { String($0.output.1) }
                #expect(labels.isSuperset(of: asked), "\(rule.alert)")
            }
        }
    }

    @Test func overdueOptOutsAndUndecodedCallbacksAreCritical() throws {
        let rules = try Self.rules()
        for metric in ["leadrelay_opt_outs_overdue", "leadrelay_callbacks_undecoded_oldest_seconds"] {
            let rule = try #require(rules.first { $0.expr.contains(metric) })
            #expect(rule.labels["severity"] == "critical")
            #expect(rule.annotations["summary"]?.isEmpty == false)
        }
    }
}
